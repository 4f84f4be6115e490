// What lies above and behind the bitrate: a lane of marks, a lane of scenes with their words, and the
// weak stretches tinted down to the axis. Each role has a pattern of its own, so colour is never alone.

const ROLE = {
  live: { colour: "--good", word: "LIVE", pattern: null },
  low: { colour: "--warn", word: "LOW", pattern: "slant" },
  offline: { colour: "--bad", word: "OFFLINE", pattern: "bars" },
  privacy: { colour: "--quiet", word: "PRIVACY", pattern: "dots" },
  other: { colour: "--quiet", word: null, pattern: "dots" },
};
const TONE = { info: "--quiet", good: "--good", warn: "--warn", bad: "--bad" };
const LOUD = ["info", "good", "warn", "bad"];
const TINTED = ["low", "offline"];
const LANE = { top: 22, height: 18 };
const MARKS = { middle: 11, apart: 9 };

export function lanes(u, data, css) {
  const { ctx, bbox } = u;
  const dpr = devicePixelRatio || 1;
  const x = (at) => u.valToPos(at / 1000, "x", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
  ctx.clip();
  for (const band of data.scenes) if (ROLE[band.role]) scene(ctx, band, x(band.from), x(band.to), { bbox, dpr, css });
  for (const [at, tone] of clusters(data.marks, x, MARKS.apart * dpr)) sign(ctx, at, MARKS.middle * dpr, tone, dpr, css(TONE[tone]));
  ctx.restore();
}

function scene(ctx, band, from, to, { bbox, dpr, css }) {
  const { colour, word, pattern } = ROLE[band.role];
  // A switch of two seconds in a day must still be seen.
  const [left, width] = [Math.max(from, bbox.left), Math.max(Math.min(to, bbox.left + bbox.width) - Math.max(from, bbox.left), 1.5 * dpr)];
  if (to < bbox.left || from > bbox.left + bbox.width) return;
  const [top, height] = [LANE.top * dpr, LANE.height * dpr];
  ctx.fillStyle = css(colour);
  if (TINTED.includes(band.role)) {
    ctx.globalAlpha = 0.13;
    ctx.fillRect(left, bbox.top, width, bbox.height);
  }
  ctx.globalAlpha = band.live ? 0.85 : 0.3;
  if (pattern === "dots") ctx.globalAlpha *= 0.6;
  ctx.fillRect(left, top, width, height);
  ctx.globalAlpha = band.live ? 0.9 : 0.5;
  if (pattern) hatch(ctx, pattern, left, top, width, height, dpr, css("--surface"));
  ctx.globalAlpha = 1;
  caption(ctx, word ?? band.scene ?? "", left, top, width, height, dpr, css, band.live);
}

function hatch(ctx, pattern, left, top, width, height, dpr, colour) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 1.4 * dpr;
  const step = 6 * dpr;
  // The pattern lies fast in the window, so that neighbours join.
  ctx.beginPath();
  for (let at = Math.floor((left - height) / step) * step; at < left + width; at += step) {
    if (pattern === "dots") ctx.rect(at, top + height - 4 * dpr, 2 * dpr, 2 * dpr);
    else {
      ctx.moveTo(at, top + height);
      ctx.lineTo(pattern === "slant" ? at + height : at, top);
    }
  }
  if (pattern === "dots") ctx.fill();
  else ctx.stroke();
  ctx.restore();
}

function caption(ctx, word, left, top, width, height, dpr, css, live) {
  ctx.font = `650 ${11 * dpr}px system-ui, sans-serif`;
  const wide = ctx.measureText(word).width;
  if (wide + 10 * dpr > width) return;
  const [x, y] = [left + 6 * dpr, top + height / 2];
  // A plate under the word, so that it can be read on every pattern.
  ctx.fillStyle = css("--surface");
  ctx.globalAlpha = 0.88;
  ctx.fillRect(x - 3 * dpr, top + 2 * dpr, wide + 6 * dpr, height - 4 * dpr);
  ctx.globalAlpha = live ? 1 : 0.75;
  ctx.fillStyle = css("--text");
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(word, x, y);
  ctx.globalAlpha = 1;
}

/** Marks that fall together become one, in the loudest tone among them. */
function clusters(marks, x, apart) {
  const found = [];
  for (const line of [...marks].sort((a, b) => a.at - b.at)) {
    const at = x(line.at);
    const last = found.at(-1);
    if (last && at - last[0] < apart) last[1] = LOUD[Math.max(LOUD.indexOf(last[1]), LOUD.indexOf(line.tone))];
    else found.push([at, line.tone]);
  }
  return found;
}

/** The same shapes as in the lists: disc, half, triangle, ring. */
function sign(ctx, x, y, tone, dpr, colour) {
  const r = 4.5 * dpr;
  ctx.fillStyle = colour;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6 * dpr;
  ctx.beginPath();
  if (tone === "bad") {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y + r * 0.8);
    ctx.lineTo(x - r, y + r * 0.8);
    ctx.closePath();
    return ctx.fill();
  }
  ctx.arc(x, y, tone === "good" ? r : r - 0.8 * dpr, 0, 2 * Math.PI);
  if (tone === "good") return ctx.fill();
  ctx.stroke();
  if (tone !== "warn") return;
  ctx.beginPath();
  ctx.arc(x, y, r - 0.8 * dpr, Math.PI / 2, Math.PI * 1.5);
  ctx.fill();
}
