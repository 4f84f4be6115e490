// Journal lines, health rows and alerts as lists.

import { $, el, mark, text } from "./dom.js";
import { clock, now, span } from "./time.js";

const TONE_LEVEL = { info: "muted", good: "good", warn: "warn", bad: "bad" };

export function journal(lines) {
  const items = lines.map((line) => {
    const item = el("li", "line", el("time", "num", clock(line.at)), mark(TONE_LEVEL[line.tone]), el("span", "", line.text));
    item.dataset.level = TONE_LEVEL[line.tone];
    return item;
  });
  if (items.length === 0) items.push(el("li", "empty", "Nothing has happened yet."));
  $("journal").replaceChildren(...items);
}

/** The feeds, the one on air marked in words. */
export function feeds(list) {
  $("feeds").replaceChildren(...list.map((feed) => {
    const item = el("li", "row",
      mark(feed.level),
      el("div", "row-text",
        el("div", "row-head", el("strong", "", feed.name), el("span", "row-word", feed.word), feed.on_air ? el("span", "row-air", "On air") : null, el("span", "row-since num", feed.rate)),
        el("p", "row-reason", feed.reason)));
    item.dataset.level = feed.level;
    return item;
  }));
}

let rows = [];

export function health(set) {
  if (set.health) rows = set.health;
  $("health").replaceChildren(...rows.map((row) => {
    const since = row.since ? `for ${span(now() - row.since)}` : "";
    const item = el("li", "row",
      mark(row.level),
      el("div", "row-text",
        el("div", "row-head", el("strong", "", row.name), el("span", "row-word", row.word), el("span", "row-since num", since)),
        el("p", "row-reason", row.reason),
        row.repair ? el("p", "row-repair", row.repair) : null,
        row.more ? unfold(row) : null));
    item.dataset.level = row.level;
    return item;
  }));
}

/** Details to be unfolded; the list is drawn anew each second and they stay as they were. */
const unfolded = new Set();

function unfold(row) {
  const count = row.more.length;
  const fold = el("details", "more", el("summary", "", count === 1 ? "Show it" : `Show all ${count}`), el("ul", "fine", ...row.more.map((line) => el("li", "", line))));
  fold.open = unfolded.has(row.name);
  fold.querySelector("summary").addEventListener("click", () => { if (!unfolded.delete(row.name)) unfolded.add(row.name); });
  return fold;
}

export function alerts(list) {
  const items = [...list].reverse().map((alert) => {
    const level = alert.type === "low" ? "warn" : "good";
    const item = el("li", "line", el("time", "num", clock(alert.ts)), mark(level), el("span", "", alert.message));
    item.dataset.level = level;
    return item;
  });
  if (items.length === 0) items.push(el("li", "empty", "No alerts yet."));
  $("alerts").replaceChildren(...items);
}

export const note = (slot) => slot.querySelector(".note");
export { text };
