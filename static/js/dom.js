// Small tools for the page. Text goes in as text, never as HTML.

export const $ = (id) => document.getElementById(id);

/** Sets text only where it differs, so that screen readers are not told the same thing every second. */
export function text(node, value) {
  const wanted = value ?? "";
  if (node && node.textContent !== wanted) node.textContent = wanted;
}

/** An element with a class and children (strings become text). */
export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** A state's shape: colour is never alone. */
export function mark(level) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `#m-${level}`);
  svg.append(use);
  return svg;
}

/** A chip with shape, colour and word. */
export function chip(node, level, word) {
  if (node.dataset.level === level && node.textContent === word) return;
  node.dataset.level = level;
  node.replaceChildren(mark(level), word);
}
