// Stream info: what is changed by hand stays until it is saved; the rest follows Twitch.

import { $, chip, el, text } from "./dom.js";
import { act } from "./action.js";
import { category, onChoose, setCategory } from "./category.js";
import { note } from "./lists.js";
import { connect } from "./link.js";
import { now, span } from "./time.js";

const MOST_TAGS = 10;
const MOST_LETTERS = 140;
const LABELS_AGAIN_MS = 30000;
const API = "/api/v1/twitch";
// Twitch sets this label itself, by the category.
const NOT_OURS = "MatureGame";
let twitch = null;
let tags = [];
let labels = null;
let labelsAsked = -Infinity;

// A clip takes Twitch up to fifteen seconds.
const order = (button, slot, path, body) => act(button, note(slot), `${API}/${path}`, body, { whom: "Twitch", patient: path === "clip" });

// The channel: each part follows Twitch until it is touched

const PARTS = {
  title: { theirs: (channel) => channel.title, mine: () => $("title").value.trim(), put: (channel) => { $("title").value = channel.title; count(); }, said: (channel) => channel.title },
  category: { theirs: (channel) => channel.category?.id ?? "", mine: () => category()?.id ?? "", put: (channel) => setCategory(channel.category), said: (channel) => channel.category?.name },
  tags: { theirs: (channel) => channel.tags.join(" "), mine: () => tags.join(" "), put: (channel) => putTags(channel.tags), said: (channel) => channel.tags.join(", ") },
  labels: { theirs: (channel) => [...channel.labels].sort().join(" "), mine: () => ticked().sort().join(" "), put: (channel) => tick(channel.labels), said: (channel) => channel.labels.map(labelName).join(", ") },
};

/** What is changed by hand and not saved: what Twitch had when that began. */
const begun = new Map();

function changed(part) {
  if (!begun.has(part)) begun.set(part, twitch?.channel ? PARTS[part].theirs(twitch.channel) : null);
  meanwhile(part);
}

function channel() {
  const view = twitch?.channel;
  if (!view) return;
  for (const [part, { theirs, put }] of Object.entries(PARTS)) {
    if (!begun.has(part)) put(view);
    else if (begun.get(part) === null) begun.set(part, theirs(view));
    meanwhile(part);
  }
}

/** Somebody else changed what is being changed here: both are told apart, and the person chooses. */
function meanwhile(part) {
  const { theirs, mine, said } = PARTS[part];
  const view = twitch?.channel;
  const odd = Boolean(view) && begun.has(part) && theirs(view) !== begun.get(part) && theirs(view) !== mine();
  const box = $(`${part}-meanwhile`);
  box.hidden = !odd;
  if (odd) text(box.querySelector("span"), `Changed elsewhere meanwhile, to: ${said(view) || "nothing"}. Saving here replaces it.`);
}

for (const button of document.querySelectorAll("[data-take]")) {
  button.addEventListener("click", () => { begun.delete(button.dataset.take); channel(); });
}

function count() {
  const letters = [...$("title").value].length;
  text($("title-count"), `${letters} of ${MOST_LETTERS}`);
  $("title-count").classList.toggle("bad", letters > MOST_LETTERS);
}

$("title").addEventListener("input", () => { changed("title"); count(); });
$("title").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); $("channel").requestSubmit(); } });
onChoose(() => changed("category"));

function putTags(list) {
  if (list.join(" ") === tags.join(" ")) return;
  tags = [...list];
  drawTags();
}

function drawTags() {
  $("tags").replaceChildren(...tags.map((tag) => {
    const remove = el("button", "plain", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove the tag ${tag}`);
    remove.addEventListener("click", () => { edit(tags.filter((one) => one !== tag)); $("tag").focus(); });
    return el("li", "", tag, remove);
  }));
  $("tag").disabled = tags.length >= MOST_TAGS;
}

/** Other tags, by hand. */
function edit(list) {
  tags = list;
  drawTags();
  changed("tags");
}

function addTag() {
  const tag = $("tag").value.trim();
  if (tag === "") return;
  if (!/^[\p{L}\p{N}]+$/u.test(tag)) return text($("tag-note"), "Letters and digits only, without spaces.");
  text($("tag-note"), tags.length + 1 >= MOST_TAGS ? "That is all ten." : "Up to ten, letters and digits only.");
  $("tag").value = "";
  if (tags.some((one) => one.toLowerCase() === tag.toLowerCase())) return;
  edit([...tags, tag]);
}

$("tag").addEventListener("keydown", (event) => {
  if (["Enter", ",", " "].includes(event.key)) { event.preventDefault(); addTag(); }
  else if (event.key === "Backspace" && $("tag").value === "" && tags.length > 0) edit(tags.slice(0, -1));
});
$("tag").addEventListener("change", addTag);

async function readLabels() {
  if (labels || performance.now() - labelsAsked < LABELS_AGAIN_MS) return;
  labelsAsked = performance.now();
  try {
    const answer = await fetch(`${API}/labels`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(8000) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    labels = said;
  } catch (error) {
    return text($("labels").querySelector(".hint"), `The labels could not be read. ${error.name === "Error" ? error.message : ""}`);
  }
  $("labels").replaceChildren(...labels.map(labelRow));
  tick(twitch?.channel?.labels ?? []);
}

function labelRow(label) {
  const box = el("input");
  box.type = "checkbox";
  box.value = label.id;
  box.disabled = label.id === NOT_OURS;
  box.addEventListener("change", () => changed("labels"));
  const row = el("label", "", box, el("span", "", label.name, box.disabled ? el("span", "fine", " – set by the category") : null));
  row.title = label.description ?? "";
  return row;
}

const boxes = () => [...$("labels").querySelectorAll("input")];
const ticked = () => boxes().filter((box) => box.checked).map((box) => box.value);
const labelName = (id) => labels?.find((label) => label.id === id)?.name ?? id;

function tick(on) { for (const box of boxes()) box.checked = on.includes(box.value); }

$("channel").addEventListener("submit", async (event) => {
  event.preventDefault();
  addTag();
  const body = {};
  if (begun.has("title")) body.title = PARTS.title.mine();
  if (begun.has("category")) body.category_id = PARTS.category.mine();
  if (begun.has("tags")) body.tags = tags;
  if (begun.has("labels")) body.labels = ticked();
  const slot = $("save").parentElement;
  const sent = [...begun.keys()];
  if (sent.length === 0) return text(note(slot), "Nothing was changed.");
  const was = Object.fromEntries(sent.map((part) => [part, PARTS[part].mine()]));
  if (!(await order($("save"), slot, "channel", body)).ok) return;
  // What was typed while it was on its way is the next change.
  for (const part of sent) {
    if (PARTS[part].mine() === was[part]) begun.delete(part);
    else begun.set(part, was[part]);
    meanwhile(part);
  }
});

// Orders of one line

function form(id, path, body) {
  const root = $(id);
  root.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = [...root.querySelectorAll("input")].map((input) => [input, input.value]);
    const result = await order(root.querySelector("button"), root, path, body());
    if (!result.ok) return;
    for (const [input, value] of typed) if (input.value === value) input.value = "";
    if (id === "clip") made(result);
  });
}

/** The clip's address comes with the answer, or stands in its words. */
function made(result) {
  const address = result.url ?? result.text.match(/https:\/\/(?:clips|www)\.twitch\.tv\/\S+/)?.[0].replace(/[.,]$/, "");
  $("clip-made").hidden = !address;
  if (!address || !/^https:\/\/(clips|www)\.twitch\.tv\//.test(address)) return;
  const link = el("a", "", address);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  $("clip-made").replaceChildren("Your clip: ", link);
}

form("marker", "marker", () => ({ description: $("marker-text").value.trim() }));
form("clip", "clip", () => ({ title: $("clip-title").value.trim(), seconds: Number($("clip-seconds").value) }));
form("announce", "announce", () => ({ message: $("announce-text").value.trim(), colour: $("announce-colour").value }));
form("shoutout", "shoutout", () => ({ channel: $("shoutout-channel").value.trim() }));
form("run-ads", "ads/run", () => ({ seconds: Number($("ads-seconds").value) }));
$("snooze").addEventListener("click", () => order($("snooze"), $("snooze").parentElement, "ads/snooze"));

// What counts

function ads(view) {
  if (!view) {
    chip($("ads-chip"), "muted", "Not known");
    text($("ads-line"), twitch?.live_since ? "Twitch has not told when the next ad comes." : "Known while you are live.");
    return text($("ads-more"), "");
  }
  const left = view.next_at === null ? null : view.next_at - now();
  const soon = left !== null && left < 60000;
  chip($("ads-chip"), left === null ? "muted" : soon ? "warn" : "good", left === null ? "None planned" : left <= 0 ? "Now" : `In ${minutes(left)}`);
  text($("ads-line"), left === null ? "No ad is planned." : `The next ad lasts ${view.seconds} s.`);
  const free = view.preroll_free_seconds > 0 ? ` Newcomers see no ad first for ${span(view.preroll_free_seconds * 1000)}.` : "";
  text($("ads-more"), `It can be put off ${view.snoozes === 1 ? "once" : `${view.snoozes} times`}.${free}`);
  $("snooze").disabled = !usable("ads") || view.snoozes === 0;
}

/** Whether Twitch lets us do this. */
const usable = (part) => twitch.blocked === null && !twitch.lacks[part];

/** What cannot be done says why before anyone tries. */
function lacks() {
  for (const root of document.querySelectorAll("[data-part]")) {
    const { part } = root.dataset;
    for (const button of root.querySelectorAll("[data-order]")) button.disabled = !usable(part);
    const why = twitch.blocked === null ? twitch.lacks[part] : null;
    root.querySelector(".lack").hidden = !why;
    text(root.querySelector(".lack span"), why);
  }
}

function minutes(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

function facts() {
  chip($("twitch-chip"), twitch.level, twitch.live_since ? "Live on Twitch" : twitch.word === "Unknown" ? "Not known" : twitch.word === "Off" ? "Not set up" : "Not live");
  const watching = twitch.viewers === null ? "" : `${twitch.viewers.toLocaleString()} watching`;
  const since = twitch.live_since ? `for ${span(now() - twitch.live_since)}` : "";
  text($("twitch-facts"), [watching, since].filter(Boolean).join(", "));
}

function tickAll() {
  if (!twitch) return;
  facts();
  ads(twitch.ads);
}

connect({
  onSections: (set) => {
    if (!set.twitch) return;
    twitch = set.twitch;
    $("blocked").hidden = twitch.blocked === null;
    text($("blocked-text"), twitch.blocked);
    $("hint").hidden = twitch.hint === null;
    text($("hint"), twitch.hint);
    if (twitch.blocked === null) readLabels();
    lacks();
    channel();
    tickAll();
  },
  onState: ({ stale }) => {
    document.body.classList.toggle("stale", stale);
    if (!stale) tickAll();
  },
}).seed(JSON.parse($("live").dataset.snapshot));
