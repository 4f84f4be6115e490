// The sparkline of the last 60 s: gaps where the rate was not known, a dashed line at the low limit.

import { $ } from "./dom.js";

const [WIDTH, HEIGHT, SPAN] = [120, 36, 600];

export function spark({ points, low, high }) {
  const svg = $("spark");
  const top = Math.max(high * 1.2, ...points.map(([, kbps]) => kbps ?? 0)) * 1.05 || 1;
  const x = (age) => (WIDTH * (1 - age / SPAN)).toFixed(1);
  const y = (kbps) => (HEIGHT - 1 - (HEIGHT - 3) * (kbps / top)).toFixed(1);
  let line = "";
  let area = "";
  for (const run of runs(points)) {
    const path = run.map(([age, kbps]) => `${x(age)} ${y(kbps)}`).join("L");
    line += `M${path}`;
    area += `M${x(run[0][0])} ${HEIGHT}L${path}L${x(run.at(-1)[0])} ${HEIGHT}Z`;
  }
  svg.querySelector(".spark-line").setAttribute("d", line);
  svg.querySelector(".spark-area").setAttribute("d", area);
  const limit = svg.querySelector(".spark-limit");
  limit.setAttribute("y1", y(low));
  limit.setAttribute("y2", y(low));
}

function runs(points) {
  const all = [];
  let open = null;
  for (const point of points) {
    if (point[0] > SPAN) continue;
    if (point[1] === null) open = null;
    else if (open) open.push(point);
    else all.push(open = [point]);
  }
  return all;
}
