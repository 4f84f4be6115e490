// The field that finds a channel: searches while one types, a list under it for mouse, finger and keys.

import { $, el, text } from "./dom.js";

const PAUSE_MS = 300;
const field = $("q");
const list = $("found");

let found = [];
let at = -1;
let timer = 0;
let asked = 0;

/** What a list shows of a channel. */
export function show({ name, live, viewers, category, title }) {
  const on = viewers === null || viewers === undefined ? "Live" : `Live, ${viewers} ${viewers === 1 ? "viewer" : "viewers"}`;
  const word = live === true ? on : live === false ? "Offline" : "Not known whether live";
  const state = el("span", "target-live", word);
  state.dataset.live = String(live === true);
  return [el("strong", "", name), state, el("span", "fine", [category, title].filter(Boolean).join(" · "))];
}

/** `choose(channel)` when one was chosen, `again()` when another one is looked for. */
export function finder({ choose, again }) {
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, PAUSE_MS); again(); });
  $("search").addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length > 0) move((at + step + found.length) % found.length);
    else if (event.key === "Enter" && at >= 0) pick(at);
    else if (event.key === "Enter") { clearTimeout(timer); search(); }
    else if (event.key === "Escape" && found.length > 0) close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) pick([...list.children].indexOf(row));
  });
  // The field keeps the focus: a press must not take it away before the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());

  function pick(index) {
    const one = found[index];
    asked += 1;
    field.value = one.name;
    close();
    choose(one);
  }
}

/** Of two searches under way the later one counts. */
async function search() {
  const q = field.value.trim().replace(/^@/, "");
  const mine = (asked += 1);
  if (!q) return close();
  text($("search-note"), "Looking…");
  try {
    const answer = await fetch(`/api/v1/twitch/search/channels?q=${encodeURIComponent(q)}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(8000) });
    const said = await answer.json().catch(() => ({}));
    if (mine !== asked) return;
    if (!answer.ok) throw new Error(said.text ?? said.error ?? `The server answered ${answer.status}.`);
    open(said);
    text($("search-note"), said.length ? `${said.length} found.` : `No channel is called ‘${q}’.`);
  } catch (error) {
    if (mine !== asked) return;
    // A name can be raided without being looked up: Twitch is asked for it then.
    open([{ id: q.toLowerCase(), channel: `@${q}`, name: q, live: null, category: "Not looked up" }]);
    text($("search-note"), error.name === "Error" ? error.message : "The server cannot be reached.");
  }
}

function open(channels) {
  found = channels;
  list.replaceChildren(...found.map((one, index) => {
    const row = el("li", "target", ...show(one));
    row.id = `found-${index}`;
    row.setAttribute("role", "option");
    return row;
  }));
  list.hidden = found.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  move(found.length > 0 ? 0 : -1);
}

function move(index) {
  at = index;
  [...list.children].forEach((row, one) => row.setAttribute("aria-selected", String(one === at)));
  if (at < 0) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", `found-${at}`);
  list.children[at].scrollIntoView({ block: "nearest" });
}

function close() {
  open([]);
  text($("search-note"), "");
}
