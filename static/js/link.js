// One WebSocket carries everything. Messages are {seq, prev, t, set}; a gap fetches the snapshot.

import { sync } from "./time.js";

const STALE_MS = 5000;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];

/** Keeps the link up. `onSections(set)` hears changed sections, `onState({stale, age})` every second. */
export function connect({ onSections, onState }) {
  let seq = 0;
  let heard = performance.now();
  let tries = 0;
  let socket = null;
  let fetching = false;

  const take = (next, t, set) => {
    seq = next;
    heard = performance.now();
    sync(t);
    onSections(set);
  };

  async function snapshot() {
    if (fetching) return;
    fetching = true;
    try {
      const answer = await fetch("/api/v1/live", { headers: { Accept: "application/json" } });
      if (answer.status === 401) return void location.assign("/login?next=" + encodeURIComponent(location.pathname));
      if (answer.ok) {
        const whole = await answer.json();
        take(whole.seq, whole.t, whole.sections);
      }
    } catch { /* the socket's own back-off tries again */ } finally { fetching = false; }
  }

  function open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}/ws/live`);
    socket = mine;
    mine.onmessage = (event) => {
      tries = 0;
      const push = JSON.parse(event.data);
      if (push.prev !== 0 && push.prev !== seq) return void snapshot();
      take(push.seq, push.t, push.set);
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      socket = null;
      // A refused handshake looks like any other loss; the snapshot tells a lost session from a lost server.
      if (tries > 0) snapshot();
      setTimeout(open, BACKOFF_MS[Math.min(tries++, BACKOFF_MS.length - 1)] * (0.75 + Math.random() / 4));
    };
  }

  function look() {
    const age = performance.now() - heard;
    onState({ stale: age > STALE_MS, age });
    // A socket that is silent though it looks open is half dead (a phone that slept): start over.
    if (age > STALE_MS * 2 && socket?.readyState === WebSocket.OPEN) socket.close();
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) { look(); } });
  window.addEventListener("online", () => { if (!socket) { tries = 0; open(); } });
  setInterval(look, 1000);
  open();
  return { seed: (whole) => take(whole.seq, whole.t, whole.sections) };
}
