// The journal page: the standing line, the timeline, and the lines with filters, search and older pages.

import { $, chip, el, mark, text } from "./dom.js";
import { connect } from "./link.js";
import { numbers } from "./numbers.js";
import { freshness, strip } from "./strip.js";
import { day, timeOfDay } from "./time.js";
import { Timeline } from "./timeline.js";

const PAGE = 60;
const LEVEL = { info: "muted", good: "good", warn: "warn", bad: "bad" };

const timeline = new Timeline();
let lines = [];
let nodes = new Map();
let more = true;
let asked = 0;

// Filters: they stand in the address, so that a reload and a bookmark keep them.

const topics = () => [...document.querySelectorAll("[data-topic][aria-pressed=true]")].map((one) => one.dataset.topic);

function wanted() {
  const all = { topic: topics().join(","), tone: $("tone").value, q: $("q").value.trim() };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value));
}

function restore() {
  const asked = new URLSearchParams(location.search);
  const chosen = (asked.get("topic") ?? "").split(",");
  for (const one of document.querySelectorAll("[data-topic]")) one.setAttribute("aria-pressed", String(chosen.includes(one.dataset.topic)));
  if (["warn", "bad"].includes(asked.get("tone"))) $("tone").value = asked.get("tone");
  $("q").value = asked.get("q") ?? "";
}

function filtered() {
  const filter = wanted();
  history.replaceState(null, "", filter.size ? `/journal?${filter}` : "/journal");
  for (const form of ["csv", "json"]) $(`lines-${form}`).href = `/api/v1/journal/export.${form}?${filter}`;
  lines = [];
  more = true;
  newest();
}

// Lines

async function fetched(before) {
  const filter = wanted();
  filter.set("limit", PAGE);
  if (before) filter.set("before", before);
  const answer = await fetch(`/api/v1/journal?${filter}`, { headers: { Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

/** The newest page, put ahead of what is shown. Of two that are under way the later one counts. */
async function newest() {
  const mine = (asked += 1);
  try {
    const page = await fetched();
    if (mine !== asked) return;
    const oldest = page.findLast((line) => line.id !== null)?.id ?? 0;
    const rest = lines.filter((line) => line.id !== null && line.id < oldest);
    // A page with room in it holds all that is older, too; so does what was shown before.
    if (rest.length === 0) more = page.length >= PAGE;
    show([...page, ...rest]);
    text($("lines-note"), "");
  } catch (error) { if (mine === asked) text($("lines-note"), away(error)); }
}

async function older() {
  const before = lines.findLast((line) => line.id !== null)?.id;
  if (!before) return;
  $("older").disabled = true;
  const mine = asked;
  try {
    const page = await fetched(before);
    if (mine !== asked) return;
    more = page.length >= PAGE;
    show([...lines, ...page]);
    text($("lines-note"), "");
  } catch (error) { text($("lines-note"), away(error)); } finally { $("older").disabled = false; }
}

const away = (error) => (error instanceof TypeError ? "The server cannot be reached. Try again." : error.message);

const key = (line) => line.id ?? `${line.at} ${line.text}`;

/** Nodes are kept, so that an opened line stays open when new ones come. */
function show(list) {
  lines = list;
  const kept = new Map(list.map((line) => [key(line), nodes.get(key(line)) ?? item(line)]));
  nodes = kept;
  const items = [];
  let last = "";
  for (const line of list) {
    const title = day(line.at);
    if (title !== last) items.push(el("li", "day", title));
    last = title;
    items.push(kept.get(key(line)));
  }
  if (list.length === 0) items.push(el("li", "empty", wanted().size ? "No line fits these filters." : "Nothing has happened yet."));
  $("journal").replaceChildren(...items);
  $("older").hidden = !more || list.length === 0;
}

function item(line) {
  const details = numbers(line);
  const words = el("span", "line-text", line.text);
  const body = details ? el("details", "line-body", el("summary", "", words), details) : el("div", "line-body", words);
  const node = el("li", "line", el("time", "num", timeOfDay(line.at)), mark(LEVEL[line.tone]), body);
  node.querySelector("time").dateTime = new Date(line.at).toISOString();
  node.dataset.level = LEVEL[line.tone];
  return node;
}

// Events

let typing = 0;
for (const one of document.querySelectorAll("[data-topic]")) {
  one.addEventListener("click", () => {
    one.setAttribute("aria-pressed", String(one.getAttribute("aria-pressed") !== "true"));
    filtered();
  });
}
$("tone").addEventListener("change", filtered);
$("q").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(filtered, 300); });
$("filters").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(typing); filtered(); });
$("older").addEventListener("click", older);

const link = connect({
  onSections: (set) => {
    strip(set);
    if (set.failover) {
      chip($("failover-chip"), set.failover.level, set.failover.word);
      text($("standing"), set.failover.standing);
    }
    if (set.obs) timeline.show = set.obs.live_since;
    if (set.journal) { newest(); timeline.news(); }
  },
  onState: freshness,
});
restore();
filtered();
link.seed(JSON.parse($("live").dataset.snapshot));
timeline.begin();
