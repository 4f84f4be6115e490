// The timeline: which part of the past is shown, its data, its buttons, what is under the finger.

import { $, el, mark, text } from "./dom.js";
import { Plot } from "./plot.js";
import { gestures } from "./gestures.js";
import { day, now, timeOfDay } from "./time.js";

const HOUR = 3_600_000;
const LEAST = 60_000;
const MOST = 31 * 24 * HOUR;
const LEVEL = { info: "muted", good: "good", warn: "warn", bad: "bad" };
/** Marks this near to the pointer are told, in pixels. */
const NEAR = 9;
const TOLD = 4;

export class Timeline {
  /** Since when the show is on; null while it is not. */
  show = null;

  #view = { from: now() - 24 * HOUR, to: now(), follow: true, span: String(24 * HOUR) };
  #data = null;
  #plots = {};
  #asked = 0;
  #timer = 0;
  #at = null;

  begin() {
    const look = { view: () => this.#view, select: (from, to) => this.#go({ from, to }), point: (at) => this.#point(at) };
    for (const kind of ["kbps", "rtt", "buffer"]) this.#plots[kind] = new Plot($(`plot-${kind}`), kind, look);
    for (const plot of Object.values(this.#plots)) {
      gestures(plot.root, {
        view: () => this.#view,
        place: (x) => plot.timeAt(x),
        move: (from, to) => { this.#set({ from, to }); this.#draw(); },
        done: () => this.#load(),
        tap: (x) => plot.pointAt(x),
      });
    }
    this.#buttons();
    new ResizeObserver(() => this.#draw()).observe($("plot-kbps"));
    const again = () => { for (const plot of Object.values(this.#plots)) plot.forget(); this.#draw(); };
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", again);
    this.#load();
  }

  /** Something happened: the newest mark is fetched soon. */
  news() { if (this.#data && this.#view.follow) this.#later(1500); }

  #buttons() {
    for (const one of document.querySelectorAll("[data-span]")) one.addEventListener("click", () => this.#span(one.dataset.span));
    for (const one of document.querySelectorAll("[data-zoom]")) one.addEventListener("click", () => this.#zoom(Number(one.dataset.zoom)));
    for (const one of document.querySelectorAll("[data-move]")) one.addEventListener("click", () => this.#move(Number(one.dataset.move)));
    $("to-now").addEventListener("click", () => this.#move(Infinity));
    for (const one of document.querySelectorAll("[data-curve]")) {
      one.addEventListener("click", () => {
        const on = one.getAttribute("aria-pressed") !== "true";
        one.setAttribute("aria-pressed", String(on));
        $(`sub-${one.dataset.curve}`).hidden = !on;
        this.#draw();
      });
    }
  }

  // Which part

  #set({ from, to, span = null }) {
    const width = Math.min(Math.max(to - from, LEAST), MOST);
    const end = now();
    const follow = to >= end - width / 200;
    const last = follow ? end : to;
    this.#view = { from: last - width, to: last, follow, span };
  }

  #go(part) { this.#set(part); this.#load(); }

  async #span(word) {
    const end = now();
    if (word !== "show") return this.#go({ from: end - Number(word), to: end, span: word });
    const part = this.show ? { from: this.show, to: end } : await this.#lastShow();
    if (part) this.#go({ ...part, span: "show" });
    else text($("readout-line"), "No show in the last week.");
  }

  /** From the start of the last stretch on air to its end. */
  async #lastShow() {
    const { scenes } = await ask(now() - 7 * 24 * HOUR, now(), 10).catch(() => ({ scenes: [] }));
    const last = scenes.findLastIndex((band) => band.live);
    if (last < 0) return null;
    let first = last;
    while (first > 0 && scenes[first - 1].live && scenes[first - 1].to === scenes[first].from) first -= 1;
    return { from: scenes[first].from, to: scenes[last].to };
  }

  #zoom(factor) {
    const { from, to, follow } = this.#view;
    const width = (to - from) * factor;
    // While it follows, the newest moment stays at the edge; else the middle stays in the middle.
    const end = follow ? to : Math.min((from + to + width) / 2, now());
    this.#go({ from: end - width, to: end });
  }

  #move(part) {
    const { from, to, span } = this.#view;
    const by = part === Infinity ? now() - to : Math.min((to - from) * part, now() - to);
    this.#go({ from: from + by, to: to + by, span: span === "show" ? null : span });
  }

  // Data

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (document.hidden ? this.#later(wait) : this.#load()), wait);
  }

  async #load() {
    if (this.#view.follow) this.#set({ from: this.#view.from + (now() - this.#view.to), to: now(), span: this.#view.span });
    const mine = (this.#asked += 1);
    this.#draw();
    try {
      const { from, to } = this.#view;
      const data = await ask(from, to, Math.min(Math.max($("plot-kbps").clientWidth, 200), 1200));
      if (mine !== this.#asked) return;
      this.#data = data;
      this.#draw();
      this.#point(this.#at);
    } catch (error) {
      if (mine === this.#asked && !this.#data) text($("readout-line"), error instanceof TypeError ? "The server cannot be reached." : error.message);
    }
    if (this.#view.follow) this.#later(Math.min(Math.max((this.#data?.step ?? 0) / 2, 5000), 30_000));
  }

  #draw() {
    for (const one of document.querySelectorAll("[data-span]")) one.setAttribute("aria-pressed", String(one.dataset.span === this.#view.span));
    $("to-now").setAttribute("aria-pressed", String(this.#view.follow));
    const { from, to } = this.#view;
    for (const form of ["csv", "json"]) $(`numbers-${form}`).href = `/api/v1/timeline/export.${form}?from=${Math.floor(from)}&to=${Math.ceil(to)}`;
    if (!this.#data) return;
    for (const plot of Object.values(this.#plots)) plot.draw(this.#data);
    this.#legend();
    $("timeline").dataset.step = this.#data.step;
    $("timeline").dataset.width = Math.round(to - from);
  }

  #legend() {
    const told = this.#data.feeds.filter((feed) => feed.kbps.length > 0);
    const items = this.#data.feeds.map((feed, index) => (told.length > 1 && told.includes(feed) ? el("li", "", el("i", `line-swatch feed-${index % 6}`), feed.name) : null));
    $("feed-legend").replaceChildren(...items.filter(Boolean));
  }

  // What is under the pointer

  #point(at) {
    this.#at = at;
    if (!this.#data) return;
    const empty = this.#data.feeds.every((feed) => feed.kbps.length === 0);
    if (at === null) {
      const hint = empty ? "No readings in this part. They are kept while OBS streams." : "Point or tap to read values; drag or pinch to zoom.";
      text($("readout-line"), hint);
      return $("readout-marks").replaceChildren();
    }
    text($("readout-line"), this.#values(at));
    const near = this.#near(at);
    const items = near.slice(0, TOLD).map((line) => {
      const item = el("li", "line", el("time", "num", timeOfDay(line.at)), mark(LEVEL[line.tone]), el("span", "", line.text));
      item.dataset.level = LEVEL[line.tone];
      return item;
    });
    if (near.length > TOLD) items.push(el("li", "fine", `and ${near.length - TOLD} more; zoom in to tell them apart`));
    $("readout-marks").replaceChildren(...items);
  }

  #near(at) {
    const reach = NEAR * (this.#view.to - this.#view.from) / this.#plots.kbps.width;
    return this.#data.marks.filter((line) => Math.abs(line.at - at) <= reach).sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
  }

  #values(at) {
    const { feeds, scenes, from, step } = this.#data;
    const index = Math.floor((at - from) / step);
    const band = scenes.find((one) => one.from <= at && at < one.to);
    const several = feeds.filter((feed) => feed.kbps.length > 0).length > 1;
    const told = feeds.map((feed) => {
      const values = [
        spread(feed.kbps_min[index], feed.kbps[index], feed.kbps_max[index]),
        feed.rtt[index] == null ? "" : `delay ${feed.rtt[index]} ms`,
        feed.buffer[index] == null ? "" : `buffer ${feed.buffer[index]} ms`,
      ].filter(Boolean).join(", ");
      return values ? (several ? `${feed.name}: ${values}` : values) : "";
    }).filter(Boolean);
    const scene = band?.scene ? `Scene ‘${band.scene}’${band.live ? "" : ", not streaming"}` : "Scene unknown";
    const when = `${day(at) === "Today" ? "" : `${day(at)} `}${timeOfDay(at, step < 60_000)}`;
    return [when, ...(told.length ? told : ["no reading"]), scene].join(" · ");
  }
}

const mbit = (kbps) => (kbps / 1000).toFixed(kbps < 99.5 ? 2 : 1);

function spread(least, mean, most) {
  if (mean == null) return "";
  return least === most || mbit(least) === mbit(most) ? `${mbit(mean)} Mbit/s` : `${mbit(mean)} Mbit/s (${mbit(least)} to ${mbit(most)})`;
}

async function ask(from, to, points) {
  const answer = await fetch(`/api/v1/timeline?from=${Math.floor(from)}&to=${Math.ceil(to)}&points=${Math.round(points)}`, { headers: { Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}
