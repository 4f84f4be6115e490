// Fingers on a chart: one moves it through time, two zoom, a tap reads values. The mouse is uPlot's.

const SLOP = 6;

export function gestures(root, { view, place, move, done, tap }) {
  const fingers = new Map();
  let start = null;
  let moved = false;

  const grip = () => {
    const all = [...fingers.values()];
    const xs = all.map((one) => one.x);
    start = { ...view(), middle: (Math.min(...xs) + Math.max(...xs)) / 2, apart: Math.max(...xs) - Math.min(...xs), two: all.length > 1 };
    start.at = place(start.middle);
    start.scale = place(start.middle + 100) - start.at;
  };

  root.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse") return;
    if (fingers.size === 0) moved = false;
    fingers.set(event.pointerId, { x: event.clientX });
    grip();
  });
  root.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    finger.x = event.clientX;
    const xs = [...fingers.values()].map((one) => one.x);
    const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
    if (!moved && Math.abs(middle - start.middle) < SLOP && !start.two) return;
    moved = true;
    const factor = start.two ? start.apart / Math.max(Math.max(...xs) - Math.min(...xs), 20) : 1;
    const width = (start.to - start.from) * factor;
    const before = (start.at - start.from) / (start.to - start.from);
    const shift = ((start.middle - middle) / 100) * start.scale * factor;
    const from = start.at - before * width + shift;
    move(from, from + width);
  });
  const up = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size > 0) return grip();
    if (moved) done();
    else if (event.type === "pointerup") tap(event.clientX);
  };
  root.addEventListener("pointerup", up);
  root.addEventListener("pointercancel", up);
}
