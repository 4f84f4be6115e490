// Press and hold for one second; keyboard and screen readers get a dialog that says the effect.

import { $, text } from "./dom.js";

const HOLD_MS = 1000;

/** `ask()` gives {title, effect, yes} for the dialog; `go()` does it. */
export function hold(button, note, ask, go) {
  let timer = 0;
  let fired = false;
  const blocked = () => button.disabled || button.dataset.state === "sent";
  const end = () => { clearTimeout(timer); timer = 0; button.classList.remove("holding"); };
  button.addEventListener("pointerdown", (event) => {
    if (blocked() || event.button !== 0) return;
    fired = false;
    button.classList.add("holding");
    timer = setTimeout(() => { fired = true; end(); navigator.vibrate?.(30); go(); }, HOLD_MS);
  });
  for (const name of ["pointerup", "pointerleave", "pointercancel", "blur"]) button.addEventListener(name, end);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", async (event) => {
    if (blocked()) return;
    // detail is 0 when the click came from a key or a screen reader, not from a pointer.
    if (event.detail === 0) { if (await confirm(ask())) go(); }
    else if (!fired) text(note, "Keep it pressed for one second.");
  });
}

function confirm({ title, effect, yes }) {
  const dialog = $("confirm");
  text($("confirm-title"), title);
  text($("confirm-effect"), effect);
  text($("confirm-yes"), yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}
