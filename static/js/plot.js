// One chart on uPlot: a curve for each feed with the span between its smallest and largest values;
// above the bitrate a lane of scenes and a lane of marks.

import { lanes } from "./lanes.js";
import { day, timeOfDay } from "./time.js";

const HEIGHT = { kbps: 250, rtt: 130, buffer: 130 };
/** Room for the two lanes above the bitrate. */
export const LANES = 44;
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 4], [1, 4]];

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Plot {
  #kind; #look; #chart = null; #shape = ""; #data = null;

  constructor(root, kind, look) {
    this.root = root;
    this.#kind = kind;
    this.#look = look;
  }

  /** Colours or sizes changed: built anew at the next draw. */
  forget() { this.#chart?.destroy(); this.#chart = null; }

  get width() { return this.#chart?.over.clientWidth || 1; }

  draw(data) {
    this.#data = data;
    const width = this.root.clientWidth;
    if (width === 0) return;
    const shape = `${data.feeds.map((feed) => feed.id)} ${this.#kind}`;
    if (shape !== this.#shape) this.forget();
    this.#shape = shape;
    if (!this.#chart) this.#chart = new window.uPlot(this.#options(width), this.#columns(), this.root);
    else {
      if (this.#chart.width !== width) this.#chart.setSize({ width, height: HEIGHT[this.#kind] });
      this.#chart.setData(this.#columns());
    }
    this.root.dataset.drawn = "true";
  }

  /** The time at a place of the window. */
  timeAt(clientX) {
    return this.#chart ? this.#chart.posToVal(clientX - this.#chart.over.getBoundingClientRect().left, "x") * 1000 : null;
  }

  /** Puts the cursor there, as a mouse would. */
  pointAt(clientX) {
    const left = clientX - this.#chart.over.getBoundingClientRect().left;
    this.#chart?.setCursor({ left, top: 10 });
  }

  #columns() {
    const { from, to, step, feeds } = this.#data;
    const count = Math.ceil((to - from) / step);
    const none = new Array(count).fill(null);
    // A value stands for its whole step, so it is drawn in the middle of it.
    const times = none.map((_, index) => (from + (index + 0.5) * step) / 1000);
    const column = (values) => (values.length ? values : none);
    const edge = { kbps: ["kbps_min", "kbps_max"], rtt: ["rtt", "rtt_max"], buffer: ["buffer_min", "buffer"] }[this.#kind];
    return [times, ...feeds.flatMap((feed) => [column(feed[edge[1]]), column(feed[edge[0]]), column(feed[this.#kind])])];
  }

  #options(width) {
    const rate = this.#kind === "kbps";
    const look = this.#look;
    const feeds = this.#data.feeds;
    const colour = (index) => css(`--feed-${index % 6}`);
    const quiet = { show: true, points: { show: false }, stroke: "transparent", width: 0 };
    const curve = (index) => ({ stroke: colour(index), width: 1.6, dash: DASHES[index % 6], points: { show: false }, spanGaps: false });
    const axis = { stroke: css("--muted"), grid: { stroke: css("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    return {
      width,
      height: HEIGHT[this.#kind],
      padding: [rate ? LANES : 8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        x: true, y: false, sync: { key: "timeline", setSeries: false }, points: { show: false },
        drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => null },
      },
      scales: {
        x: { time: true, range: () => [look.view().from / 1000, look.view().to / 1000] },
        y: { range: (_, __, max) => [0, Math.max(max ?? 0, rate ? this.#data.high : 100) * 1.12] },
      },
      series: [{}, ...feeds.flatMap((_, index) => [quiet, quiet, curve(index)])],
      bands: feeds.map((_, index) => ({ series: [index * 3 + 1, index * 3 + 2], fill: alpha(colour(index), 0.28) })),
      axes: [
        { ...axis, size: 28, space: 64, values: (_, splits, __, ___, step) => splits.map((at, i) => label(at * 1000, step, splits[i - 1])) },
        { ...axis, size: 46, space: 34, values: (_, splits) => splits.map((value) => (rate ? String(Math.round(value / 10) / 100) : String(value))) },
      ],
      hooks: {
        drawClear: [(u) => { if (rate) lanes(u, this.#data, css); }],
        draw: [(u) => { if (rate) limit(u, this.#data.low); }],
        setSelect: [(u) => this.#selected(u)],
        setCursor: [(u) => { if (rate) look.point(u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") * 1000 : null); }],
      },
    };
  }

  #selected(u) {
    const { left, width } = u.select;
    if (width < 8) return;
    const [from, to] = [u.posToVal(left, "x") * 1000, u.posToVal(left + width, "x") * 1000];
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.#look.select(from, to);
  }
}

function label(at, step, before) {
  const other = before === undefined || day(at) !== day(before * 1000);
  if (step >= 86400) return day(at);
  const time = timeOfDay(at, step < 60);
  return other && day(at) !== "Today" && before !== undefined ? `${time}\n${day(at)}` : time;
}

/** The low limit as a dashed line, like on the sparkline. */
function limit(u, low) {
  const y = Math.round(u.valToPos(low, "y", true)) + 0.5;
  const { left, width } = u.bbox;
  u.ctx.save();
  u.ctx.strokeStyle = css("--warn");
  u.ctx.globalAlpha = 0.8;
  u.ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  u.ctx.beginPath();
  u.ctx.moveTo(left, y);
  u.ctx.lineTo(left + width, y);
  u.ctx.stroke();
  u.ctx.restore();
}

/** A hex colour made translucent. */
function alpha(hex, part) {
  const full = hex.length === 4 ? `#${[...hex.slice(1)].map((c) => c + c).join("")}` : hex;
  return full + Math.round(part * 255).toString(16).padStart(2, "0");
}
