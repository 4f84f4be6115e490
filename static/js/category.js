// The field of the category: searches while one types, a list under it for mouse, finger and keys.

import { $, el, text } from "./dom.js";

const PAUSE_MS = 250;
const field = $("category");
const list = $("category-list");

let chosen = null;
let found = [];
let at = -1;
let timer = 0;
let asked = 0;
let drawn = false;
let onChoice = () => {};

export function onChoose(hear) { onChoice = hear; }

/** What stands in the field: {id, name, box_art}, or null for none. */
export const category = () => chosen;

export function setCategory(one) {
  const same = one?.id === chosen?.id && one?.name === chosen?.name && one?.box_art === chosen?.box_art;
  if (same && drawn) return;
  // Who types a search is left alone; the field takes the name when it is left.
  if (!searching()) field.value = one?.name ?? "";
  chosen = one;
  drawn = true;
  $("category-art").replaceChildren(...picture(one));
}

const searching = () => document.activeElement === field && field.value !== (chosen?.name ?? "");

function picture(one) {
  if (!one?.box_art?.startsWith("https://static-cdn.jtvnw.net/")) return [];
  const image = el("img");
  image.alt = "";
  image.loading = "lazy";
  image.addEventListener("error", () => image.remove());
  image.src = one.box_art.replace("{width}", "72").replace("{height}", "96");
  return [image];
}

async function search() {
  const query = field.value.trim();
  const mine = ++asked;
  if (query === "") return close();
  text($("category-note"), "Searching …");
  try {
    const answer = await fetch(`/api/v1/twitch/search/categories?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(8000) });
    const said = await answer.json();
    if (mine !== asked) return;
    if (!answer.ok) throw new Error(said.error ?? "Twitch could not be asked.");
    show(said);
  } catch (error) {
    if (mine !== asked) return;
    close();
    text($("category-note"), error.name === "Error" ? error.message : "The server cannot be reached. Try again.");
  }
}

function show(categories) {
  found = categories;
  at = found.length > 0 ? 0 : -1;
  list.replaceChildren(...found.map((one, index) => {
    const art = el("span", "box-art", ...picture(one));
    const item = el("li", "", art, el("span", "", one.name));
    item.id = `category-${index}`;
    item.setAttribute("role", "option");
    // The field keeps the focus: a press must not take it away before the click.
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => choose(index));
    return item;
  }));
  list.hidden = found.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  text($("category-note"), found.length === 0 ? "No category is called so." : `${found.length} found.`);
  mark();
}

function mark() {
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
  if (at >= 0) {
    field.setAttribute("aria-activedescendant", `category-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

function choose(index) {
  pick(found[index]);
  close();
}

function pick(one) {
  setCategory(one);
  field.value = one?.name ?? "";
  onChoice();
}

function close() {
  list.hidden = true;
  at = -1;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
  text($("category-note"), "");
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE_MS);
});

field.addEventListener("keydown", (event) => {
  if (list.hidden) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    at = (at + step + found.length) % found.length;
    mark();
  } else if (event.key === "Enter" && at >= 0) choose(at);
  else if (event.key === "Escape") { leave(); }
  else return;
  event.preventDefault();
});

/** What was typed and not chosen is taken back: only a category that exists can be saved. */
function leave() {
  clearTimeout(timer);
  asked += 1;
  close();
  if (field.value.trim() === "" && chosen) pick(null);
  else field.value = chosen?.name ?? "";
}

field.addEventListener("blur", leave);
