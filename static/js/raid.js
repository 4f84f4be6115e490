// The raid page: find a channel, hold to raid it, see what follows.

import { $, el, mark, text } from "./dom.js";
import { act } from "./action.js";
import { connect } from "./link.js";
import { hold } from "./hold.js";
import { raid } from "./raidbar.js";
import { finder, show } from "./raidfind.js";
import { freshness, strip } from "./strip.js";
import { clock } from "./time.js";

const RECENT_MS = 60000;
const LEVEL = { info: "muted", good: "good", warn: "warn", bad: "bad" };
const slot = (id) => $(id).parentElement.querySelector(".note");

let chosen = null;
let busy = false;
let recent = [];

// Choosing

function choose(target) {
  chosen = target;
  ready();
}

function ready() {
  for (const one of document.querySelectorAll("#recent .target")) one.setAttribute("aria-pressed", String(one.dataset.id === chosen?.id));
  $("go").disabled = busy || !chosen;
  text($("go").querySelector(".hold-label"), busy ? "A raid is under way" : chosen ? `Hold to raid ${chosen.name}` : "Choose a channel");
  text($("whom"), chosen && !busy ? about(chosen) : "");
  $("elsewhere").hidden = busy;
}

function about({ name, live }) {
  if (live === false) return `${name} is not live now.`;
  return live ? `${name} is live now.` : `Whether ${name} is live is not known.`;
}

finder({
  choose: (target) => { choose(target); $("go").focus(); },
  again: () => choose(null),
});

hold($("go"), slot("go"), () => ({
  title: `Raid ${chosen.name}?`,
  effect: `${about(chosen)} In 90 seconds Twitch sends your viewers to ${chosen.name}. ${$("rule").textContent}`,
  yes: "Raid",
}), () => act($("go"), slot("go"), "/api/v1/twitch/raid", { channel: chosen.channel ?? `id:${chosen.id}` }, { patient: true, whom: "Twitch" }));

$("takeback").addEventListener("click", () => act($("takeback"), slot("takeback"), "/api/v1/raid/cancel", undefined, { patient: true, whom: "Twitch" }));

// What was: the channels raided lately, and the lines about raids that went out, from the journal.

async function read(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(8000) });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

async function again() {
  try {
    const list = await read("/api/v1/twitch/raid/recent");
    // A stable sort: who was raided last stays ahead among those who are live.
    recent = list.sort((one, other) => Number(other.live === true) - Number(one.live === true));
  } catch {
    // Who is live is then not known any more.
    recent = recent.map((one) => ({ ...one, live: null, viewers: null }));
  }
  const held = document.activeElement?.closest("#recent .target")?.dataset.id;
  $("recent").replaceChildren(...recent.map(button));
  $("recent-title").hidden = recent.length === 0;
  chosen = recent.find((one) => one.id === chosen?.id) ?? chosen;
  ready();
  if (held) document.querySelector(`#recent .target[data-id="${held}"]`)?.focus();
}

function button(channel) {
  const one = el("button", "target", ...show(channel));
  one.type = "button";
  one.dataset.id = channel.id;
  one.addEventListener("click", () => choose(channel));
  return el("li", "", one);
}

async function past() {
  try {
    const lines = (await read("/api/v1/journal?topic=decision&q=raid&limit=200")).filter((line) => line.data?.raid);
    const items = lines.slice(0, 20).map((line) => {
      const item = el("li", "line", el("time", "num", clock(line.at)), mark(LEVEL[line.tone]), el("span", "", line.text));
      item.dataset.level = LEVEL[line.tone];
      return item;
    });
    $("history").replaceChildren(...(items.length ? items : [el("li", "empty", "No raid yet.")]));
  } catch { /* the next push tries again */ }
}

function take(set) {
  strip(set);
  if (set.raid) {
    raid(set.raid);
    if (busy !== set.raid.on) again();
    busy = set.raid.on;
    ready();
    text($("rule"), set.raid.rule);
    text($("ended"), set.raid.ended ? `Last: ${set.raid.ended} (${clock(set.raid.ended_at)})` : "");
  }
  if (set.journal) past();
}

const link = connect({
  onSections: take,
  onState: (fresh) => { freshness(fresh); if (!fresh.stale) raid(); },
});
link.seed(JSON.parse($("live").dataset.snapshot));
ready();
again();
setInterval(() => { if (!document.hidden) again(); }, RECENT_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });
