// One WebSocket carries everything. Messages are {seq, prev, t, set}; a gap fetches the snapshot.

import { sync } from "./time.js";

const STALE_MS = 5000;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];

/** Keeps the link up. `onSections(set)` hears changed sections, `onState({stale, age})` every second. */
export function connect({ onSections, onState }) {
  let seq = 0;
  let heard = performance.now();
  let began = heard;
  let spoken = 0;
  let tries = 0;
  let timer = 0;
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
    const before = spoken;
    try {
      const answer = await fetch("/api/v1/live", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(8000) });
      if (answer.status === 401) return void location.assign("/login?next=" + encodeURIComponent(location.pathname));
      if (answer.ok) {
        const whole = await answer.json();
        // The socket may have been faster; then only a newer snapshot is news.
        if (spoken === before || whole.seq > seq) take(whole.seq, whole.t, whole.sections);
      }
    } catch { /* the socket's own back-off tries again */ } finally { fetching = false; }
  }

  function open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}/ws/live`);
    socket = mine;
    began = performance.now();
    mine.onmessage = (event) => {
      if (socket !== mine) return;
      tries = 0;
      spoken += 1;
      const push = JSON.parse(event.data);
      // A message holds all that changed after `prev`, so only one that begins after what is known here
      // leaves a gap. A snapshot may be ahead of it; the first message of a socket (prev 0) is whole.
      if (push.prev > seq) return void snapshot();
      const news = push.prev === 0 || push.seq >= seq;
      take(news ? push.seq : seq, push.t, news ? push.set : {});
    };
    mine.onclose = () => { if (socket === mine) again(); };
  }

  function again() {
    socket = null;
    // A refused handshake looks like any other loss; the snapshot tells a lost session from a lost server.
    if (tries > 0) snapshot();
    timer = setTimeout(open, BACKOFF_MS[Math.min(tries++, BACKOFF_MS.length - 1)] * (0.75 + Math.random() / 4));
  }

  function look() {
    const age = performance.now() - heard;
    onState({ stale: age > STALE_MS, age });
    // A socket that is silent though it looks open, or opens for ever, is half dead (a phone that slept
    // or changed its network): start over, without waiting for a goodbye that cannot come.
    if (socket && Math.min(age, performance.now() - began) > STALE_MS * 2) {
      const dead = socket;
      again();
      dead.close();
    }
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) { look(); } });
  window.addEventListener("online", () => { if (!socket) { tries = 0; clearTimeout(timer); open(); } });
  setInterval(look, 1000);
  open();
  return { seed: (whole) => take(whole.seq, whole.t, whole.sections) };
}
