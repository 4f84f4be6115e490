// Stream info: what is changed by hand stays until it is saved; the rest follows Twitch.

import { $, chip, el, text } from "./dom.js";
import { act } from "./action.js";
import { category, onChoose, setCategory } from "./category.js";
import { note } from "./lists.js";
import { connect } from "./link.js";
import { now, span } from "./time.js";

const MOST_TAGS = 10;
const API = "/api/v1/twitch";
const dirty = new Set();
let twitch = null;
let tags = [];
let labels = null;

// A clip takes Twitch up to fifteen seconds.
const order = (button, slot, path, body) => act(button, note(slot), `${API}/${path}`, body, { whom: "Twitch", patient: path === "clip" });

// The channel

function channel(view) {
  if (!view) return;
  if (!dirty.has("title")) { $("title").value = view.title; count(); }
  if (!dirty.has("category")) setCategory(view.category);
  if (!dirty.has("tags")) { tags = [...view.tags]; drawTags(); }
  if (!dirty.has("labels")) tick(view.labels);
}

const changed = (part) => dirty.add(part);

function count() { text($("title-count"), `${[...$("title").value].length} of 140`); }

$("title").addEventListener("input", () => { changed("title"); count(); });
$("title").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); $("channel").requestSubmit(); } });
onChoose(() => changed("category"));

function drawTags() {
  $("tags").replaceChildren(...tags.map((tag) => {
    const remove = el("button", "plain", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove the tag ${tag}`);
    remove.addEventListener("click", () => { tags = tags.filter((one) => one !== tag); changed("tags"); drawTags(); $("tag").focus(); });
    return el("li", "", tag, remove);
  }));
  $("tag").disabled = tags.length >= MOST_TAGS;
}

function addTag() {
  const tag = $("tag").value.trim();
  if (tag === "") return;
  if (!/^[\p{L}\p{N}]+$/u.test(tag)) return text($("tag-note"), "Letters and digits only, without spaces.");
  text($("tag-note"), tags.length + 1 >= MOST_TAGS ? "That is all ten." : "Up to ten, letters and digits only.");
  $("tag").value = "";
  if (tags.some((one) => one.toLowerCase() === tag.toLowerCase())) return;
  tags.push(tag);
  changed("tags");
  drawTags();
}

$("tag").addEventListener("keydown", (event) => {
  if (["Enter", ",", " "].includes(event.key)) { event.preventDefault(); addTag(); }
  else if (event.key === "Backspace" && $("tag").value === "" && tags.length > 0) { tags.pop(); changed("tags"); drawTags(); }
});
$("tag").addEventListener("blur", addTag);

async function readLabels() {
  if (labels) return;
  try {
    const answer = await fetch(`${API}/labels`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(8000) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.text ?? said.error);
    labels = said.labels ?? said;
  } catch (error) {
    return text($("labels").querySelector(".hint"), `The labels could not be read. ${error.message ?? ""}`);
  }
  $("labels").replaceChildren(...labels.map((label) => {
    const box = el("input");
    box.type = "checkbox";
    box.value = label.id;
    box.addEventListener("change", () => changed("labels"));
    const row = el("label", "", box, label.name);
    row.title = label.description ?? "";
    return row;
  }));
  tick(twitch?.channel?.labels ?? []);
}

const boxes = () => [...$("labels").querySelectorAll("input")];

function tick(on) { for (const box of boxes()) box.checked = on.includes(box.value); }

$("channel").addEventListener("submit", async (event) => {
  event.preventDefault();
  addTag();
  const body = {};
  if (dirty.has("title")) body.title = $("title").value.trim();
  if (dirty.has("category")) body.category_id = category()?.id ?? "";
  if (dirty.has("tags")) body.tags = tags;
  if (dirty.has("labels")) body.labels = boxes().filter((box) => box.checked).map((box) => box.value);
  const slot = $("save").parentElement;
  if (Object.keys(body).length === 0) return text(note(slot), "Nothing was changed.");
  const sent = [...dirty];
  if ((await order($("save"), slot, "channel", body)).ok) sent.forEach((part) => dirty.delete(part));
});

// Orders of one line

function form(id, path, body) {
  const root = $(id);
  root.addEventListener("submit", async (event) => {
    event.preventDefault();
    const result = await order(root.querySelector("button"), root, path, body());
    if (!result.ok) return;
    for (const input of root.querySelectorAll("input")) input.value = "";
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
form("shoutout", "shoutout", () => ({ channel: $("shoutout-channel").value.trim().replace(/^@/, "") }));
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
  $("snooze").disabled = view.snoozes === 0;
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
    const was = twitch;
    twitch = set.twitch;
    $("blocked").hidden = twitch.blocked === null;
    text($("blocked-text"), twitch.blocked ?? "");
    $("hint").hidden = twitch.hint === null;
    text($("hint"), twitch.hint ?? "");
    if (twitch.blocked === null && was?.blocked !== null) readLabels();
    channel(twitch.channel);
    tickAll();
  },
  onState: ({ stale }) => {
    document.body.classList.toggle("stale", stale);
    if (!stale) tickAll();
  },
}).seed(JSON.parse($("live").dataset.snapshot));
