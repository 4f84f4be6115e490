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
  const socket = new WebSocket(`${scheme}//${location.host}/ws/alerts`);
  socket.onopen = () => { tries = 0; };
  socket.onmessage = (event) => show(JSON.parse(event.data));
  socket.onclose = () => setTimeout(open, BACKOFF_MS[Math.min(tries++, BACKOFF_MS.length - 1)]);
}

unlock.addEventListener("click", async () => { unlock.hidden = await voice.unlock(); });
// Inside OBS sound is allowed anyway, and a button must never go on air.
voice.begin().then((on) => { unlock.hidden = on || "obsstudio" in window; });
open();
