// Times as people read them. The server's clock decides; the phone's may be wrong.

let offset = 0;

/** Takes the server's wall clock from a message. */
export function sync(serverNow) { offset = serverNow - Date.now(); }

export const now = () => Date.now() + offset;

const two = (n) => String(n).padStart(2, "0");

/** 22:41:07 on this device's clock; with the day in front when it was not today. */
export function clock(at) {
  const d = new Date(at - offset);
  if (d.toDateString() !== new Date().toDateString()) {
    return d.toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** 22:41:07 on this device's clock. */
export function timeOfDay(at, seconds = true) {
  const d = new Date(at - offset);
  return `${two(d.getHours())}:${two(d.getMinutes())}${seconds ? `:${two(d.getSeconds())}` : ""}`;
}

/** "Today", "Yesterday", "Sat 21 Nov". */
export function day(at) {
  const d = new Date(at - offset);
  const back = Math.round((new Date().setHours(12, 0, 0, 0) - new Date(d).setHours(12, 0, 0, 0)) / 86400000);
  return { 0: "Today", 1: "Yesterday" }[back] ?? d.toLocaleDateString(undefined, { weekday: "short", day: "numeric", month: "short" });
}

/** "12 s", "3 min", "2 h 4 min". */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}

/** 1:02:33 */
export function uptime(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
