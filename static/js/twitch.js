// The Twitch page: counts the code's time down, and shows itself anew when a sign-in has changed.

import { text } from "./dom.js";
import { now, sync } from "./time.js";

const WAITING_MS = 2000;
const QUIET_MS = 10000;
const cards = [...document.querySelectorAll("[data-account]")];
const clocks = [...document.querySelectorAll("[data-until]")];

sync(Number(document.querySelector("#twitch").dataset.now));

function count() {
  for (const node of clocks) {
    const s = Math.max(0, Math.floor((Number(node.dataset.until) - now()) / 1000));
    text(node, `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`);
  }
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/api/v1/twitch/sign_in", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { t, accounts } = await answer.json();
  sync(t);
  const state = (card) => accounts.find((one) => one.identity === card.dataset.account)?.state;
  // Somebody may be typing into a field: then the news waits for the next look at the page.
  const typing = document.activeElement?.matches("input:not([type=checkbox]), textarea");
  if (!typing && cards.some((card) => state(card) !== card.dataset.state)) location.replace("/twitch");
}

if (cards.length > 0) {
  const waiting = cards.some((card) => card.dataset.state === "pending");
  setInterval(look, waiting ? WAITING_MS : QUIET_MS);
  document.addEventListener("visibilitychange", look);
  look();
}
if (clocks.length > 0) {
  count();
  setInterval(count, 1000);
}
