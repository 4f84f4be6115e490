// What the browser tests ask of a page: contrast, sizes, widths. Each function returns a list of faults.

const name = (node) => `<${node.tagName.toLowerCase()}${node.id ? " #" + node.id : ""} class="${node.getAttribute("class") ?? ""}"> “${node.textContent.trim().slice(0, 40)}”`;
const seen = (node) => {
  const box = node.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
};

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
/** Any CSS colour as [red, green, blue, alpha], 0 to 255. */
function rgba(colour) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
}
const over = ([r, g, b, a], under) => [r, g, b].map((one, i) => (one * a + under[i] * (255 - a)) / 255);
function ground(node) {
  const layers = [];
  for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
}
function luminance(colour) {
  const [r, g, b] = colour.map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ratio(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** WCAG 2.2 AA, 1.4.3: 4.5 to 1, or 3 to 1 for large text. Disabled controls are exempt. */
function faint() {
  for (const motion of document.getAnimations()) motion.finish();
  const faults = [];
  let judged = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !seen(node) || node.closest(":disabled, noscript, .visually-hidden, option")) continue;
    const style = getComputedStyle(node);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const below = ground(node);
    const found = ratio(over(rgba(style.color), below), below);
    judged += 1;
    if (found < (large ? 3 : 4.5)) faults.push(`${found.toFixed(2)} to 1: ${name(node)}`);
  }
  if (judged < 4) faults.push(`only ${judged} texts were found`);
  return faults;
}

/** WCAG 2.5.5 and our own rule: what is pressed on the Live page is at least 44 by 44. */
function small() {
  const buttons = [...document.querySelectorAll("button, summary, select, .button")].filter(seen);
  const tiny = buttons.filter((one) => { const box = one.getBoundingClientRect(); return box.width < 44 || box.height < 44; });
  if (buttons.length < 8) tiny.push(document.body);
  return tiny.map((one) => { const box = one.getBoundingClientRect(); return `${box.width} x ${box.height}: ${name(one)}`; });
}

/** What reaches beyond the window's width. */
function wide() {
  const { scrollWidth } = document.documentElement;
  if (scrollWidth <= innerWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5);
  return [`${scrollWidth} > ${innerWidth}`, ...out.map(name)];
}
