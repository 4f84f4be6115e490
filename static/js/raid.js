// The raid page: find a channel, hold to raid it, see what follows.

import { $, el, mark, text } from "./dom.js";
import { act } from "./action.js";
import { connect } from "./link.js";
import { hold } from "./hold.js";
import { raid } from "./raidbar.js";
import { freshness, strip } from "./strip.js";
import { clock } from "./time.js";

const WAIT_MS = 300;
const LEVEL = { info: "muted", good: "good", warn: "warn", bad: "bad" };

let chosen = null;
let busy = false;
let typing = 0;
let asked = 0;

// Choosing

function choose(target) {
  chosen = target;
  for (const one of document.querySelectorAll(".target")) one.setAttribute("aria-pressed", String(one.dataset.login === target?.login));
  ready();
}

function ready() {
  $("go").disabled = busy || !chosen;
  text($("go").querySelector(".hold-label"), busy ? "A raid is under way" : chosen ? `Hold to raid ${chosen.name}` : "Choose a channel");
}

function target(channel) {
  const about = [channel.live === true ? "Live" : channel.live === false ? "Offline" : "", channel.category, channel.title].filter(Boolean).join(" · ");
  const button = el("button", "target", el("strong", "", channel.name), el("span", "fine", about));
  button.type = "button";
  button.dataset.login = channel.login;
  button.setAttribute("aria-pressed", String(chosen?.login === channel.login));
  button.addEventListener("click", () => choose(channel));
  return el("li", "", button);
}

// Searching: of two searches under way the later one counts.

async function search() {
  const q = $("q").value.trim().replace(/^@/, "");
  const mine = (asked += 1);
  if (!q) { $("found").replaceChildren(); return text($("search-note"), ""); }
  text($("search-note"), "Looking…");
  try {
    const answer = await fetch(`/api/v1/twitch/search/channels?q=${encodeURIComponent(q)}`, { headers: { Accept: "application/json" } });
    const said = await answer.json().catch(() => ({}));
    if (mine !== asked) return;
    if (!answer.ok) throw new Error(said.error ?? `The server answered ${answer.status}.`);
    const list = (Array.isArray(said) ? said : said.channels ?? []).map(known);
    $("found").replaceChildren(...list.map(target));
    text($("search-note"), list.length ? "" : `No channel is called ‘${q}’.`);
  } catch (error) {
    if (mine !== asked) return;
    $("found").replaceChildren(target({ login: q.toLowerCase(), name: q, category: "Not looked up" }));
    text($("search-note"), error instanceof TypeError ? "The server cannot be reached." : error.message);
  }
}

/** One channel under the names that this page uses. */
function known(one) {
  return {
    login: one.login ?? one.name,
    name: one.name ?? one.display_name ?? one.login,
    live: one.live ?? one.is_live ?? null,
    category: one.category?.name ?? one.category ?? one.game_name ?? "",
    title: one.title ?? "",
  };
}

$("q").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(search, WAIT_MS); });
$("search").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(typing); search(); });

hold($("go"), $("go").parentElement.querySelector(".note"), () => ({
  title: `Raid ${chosen.name}?`,
  effect: `In 90 seconds Twitch sends your viewers to ${chosen.name}. ${$("rule").textContent}`,
  yes: "Raid",
}), () => act($("go"), $("go").parentElement.querySelector(".note"), "/api/v1/twitch/raid", { channel: chosen.login }, { patient: true }));

// What was: the lines about raids that went out, from the journal.

async function past() {
  try {
    const answer = await fetch("/api/v1/journal?topic=decision&q=raid&limit=200", { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const lines = (await answer.json()).filter((line) => line.data?.raid);
    const items = lines.slice(0, 20).map((line) => {
      const item = el("li", "line", el("time", "num", clock(line.at)), mark(LEVEL[line.tone]), el("span", "", line.text));
      item.dataset.level = LEVEL[line.tone];
      return item;
    });
    $("history").replaceChildren(...(items.length ? items : [el("li", "empty", "No raid yet.")]));
    const names = [...new Map(lines.map(({ data }) => [data.raid.to_id, data.raid.to_name])).values()].slice(0, 5);
    $("recent").replaceChildren(...names.map((name) => target({ login: name.toLowerCase(), name })));
    $("recent-title").hidden = names.length === 0;
  } catch { /* the next push tries again */ }
}

function take(set) {
  strip(set);
  if (set.raid) {
    raid(set.raid);
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
