// Sets the chosen theme before the first paint. Classic script on purpose: a module would come late.
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const chosen = read();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#theme, [data-theme-switch]")) return;
    const light = root.dataset.theme
      ? root.dataset.theme === "light"
      : matchMedia("(prefers-color-scheme: light)").matches;
    root.dataset.theme = light ? "dark" : "light";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private mode: for this page only */ }
  });
})();
