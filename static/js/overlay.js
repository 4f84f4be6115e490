// The overlay: shows, plays and speaks each alert. `?speech=off` keeps it from speaking.

import { Voice } from "./voice.js";

const SHOW_MS = 8000;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];
const speech = new URLSearchParams(location.search).get("speech") !== "off";
const voice = new Voice(document.body.dataset.sounds);
const box = document.getElementById("alert");
const unlock = document.getElementById("unlock");
let hide = 0;
let tries = 0;
let socket = null;
let heard = 0;

/** The server says a word every 20 s; a socket that is silent for longer is dead, though it looks open. */
const SILENT_MS = 50_000;

function show(alert) {
  box.dataset.type = alert.type === "low" ? "low" : "restored";
  document.getElementById("alert-text").textContent = alert.message;
  box.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { box.hidden = true; }, SHOW_MS);
  voice.say(alert, { speech });
}

function open() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(`${scheme}//${location.host}/ws/alerts?beat=1`);
  socket = mine;
  heard = performance.now();
  mine.onopen = () => { tries = 0; };
  mine.onmessage = (event) => {
    heard = performance.now();
    const alert = JSON.parse(event.data);
    if (alert.type !== "beat") show(alert);
  };
  mine.onclose = () => { if (socket === mine) again(); };
}

function again() {
  socket = null;
  setTimeout(open, BACKOFF_MS[Math.min(tries++, BACKOFF_MS.length - 1)]);
}

/** Lets go of a dead socket without waiting for its goodbye, which cannot come. */
function look() {
  if (!socket || performance.now() - heard < SILENT_MS) return;
  const dead = socket;
  again();
  dead.close();
}

unlock.addEventListener("click", async () => { unlock.hidden = await voice.unlock(); });
// Inside OBS sound is allowed anyway, and a button must never go on air.
voice.begin().then((on) => { unlock.hidden = on || "obsstudio" in window; });
open();
setInterval(look, 5000);
