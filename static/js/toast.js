// Messages at the edge: success 3 s, warning 6 s, error until closed; at most three; repeats are counted.

import { $, el, mark } from "./dom.js";

const STAY_MS = { good: 3000, muted: 3000, warn: 6000, bad: Infinity };
const MOST = 3;
let shown = [];

export function toast(level, message) {
  const same = shown.find((one) => one.message === message && one.level === level);
  if (same) {
    same.count += 1;
    same.counter.textContent = `×${same.count}`;
    return restart(same);
  }
  const counter = el("span", "toast-count");
  const close = el("button", "toast-close", "×");
  close.type = "button";
  close.setAttribute("aria-label", "Close this message");
  const node = el("div", "toast", mark(level), el("span", "toast-text", message), counter, close);
  node.dataset.level = level;
  node.setAttribute("role", level === "bad" ? "alert" : "status");
  const one = { level, message, node, counter, count: 1, timer: 0 };
  close.addEventListener("click", () => drop(one));
  shown.push(one);
  $("toasts").append(node);
  while (shown.length > MOST) drop(shown.find((old) => old.level !== "bad") ?? shown[0]);
  restart(one);
}

function restart(one) {
  clearTimeout(one.timer);
  const stay = STAY_MS[one.level] ?? 3000;
  if (stay !== Infinity) one.timer = setTimeout(() => drop(one), stay);
}

function drop(one) {
  clearTimeout(one.timer);
  one.node.remove();
  shown = shown.filter((other) => other !== one);
}
