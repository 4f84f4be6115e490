// Reads a chosen file into the field below it; the page works without, by pasting.
const LIMIT = 1024 * 1024;

for (const input of document.querySelectorAll("input[data-into]")) {
  input.hidden = false;
  const field = document.getElementById(input.dataset.into);
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.setCustomValidity("");
    if (!file) return;
    if (file.size > LIMIT) {
      input.setCustomValidity("This file is longer than 1 MiB, so it is no settings file.");
      input.reportValidity();
      return;
    }
    field.value = await file.text();
    // Sent once, as text: the file itself has no name in the form.
    input.value = "";
  });
}
