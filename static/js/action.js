// A button that gives an order has four looks: ready, sent, confirmed, failed.

import { text } from "./dom.js";
import { toast } from "./toast.js";

const SLOW_MS = 8000;
const TICK_MS = 1000;

/**
 * Sends an order and shows how it ends on the button and in the note under it.
 * `patient` orders may take the server's whole 30 s; others are given up after 8 s. `whom` confirms
 * it; a `quiet` order that is done says so on the button alone. Gives what the server said, and `ok`.
 */
export async function act(button, note, path, body, { patient = false, whom = "OBS", quiet = false } = {}) {
  if (button.dataset.state === "sent") return { ok: false };
  look(button, note, "sent", "");
  const abort = new AbortController();
  const slow = setTimeout(() => {
    if (patient) text(note, `${whom} has not confirmed yet. Still waiting, up to 30 s.`);
    else abort.abort();
  }, SLOW_MS);
  const result = await send(path, body, abort.signal, whom);
  clearTimeout(slow);
  if (result.ok) {
    look(button, note, "done", "");
    if (!quiet) toast("good", result.text);
    setTimeout(() => { if (button.dataset.state === "done") look(button, note, "ready", ""); }, TICK_MS);
  } else {
    look(button, note, "failed", result.text);
    toast("bad", result.text);
  }
  return result;
}

function look(button, note, state, words) {
  button.dataset.state = state;
  button.setAttribute("aria-busy", String(state === "sent"));
  button.setAttribute("aria-disabled", String(state === "sent"));
  if (note) {
    note.classList.toggle("bad", state === "failed");
    text(note, words);
  }
}

async function send(path, body, signal, whom) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: body ? JSON.stringify(body) : undefined,
      signal,
    });
    const said = await answer.json().catch(() => ({}));
    return { ...said, ok: answer.ok, text: said.text ?? said.error ?? `The server answered ${answer.status}.` };
  } catch {
    const away = signal.aborted ? `${whom} did not confirm. Look at the state, then try again.` : "The server cannot be reached. Try again.";
    return { ok: false, text: away };
  }
}
