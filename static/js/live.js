// The Live page: hears the link, hands each section to its part.

import { $, chip, el, text } from "./dom.js";
import { act } from "./action.js";
import { alerts, feeds, health, journal, note } from "./lists.js";
import { connect } from "./link.js";
import { hold } from "./hold.js";
import { raid } from "./raidbar.js";
import { now, span } from "./time.js";
import { freshness, strip } from "./strip.js";
import { toast } from "./toast.js";
import { Voice } from "./voice.js";

const state = {};
const voice = new Voice($("live").dataset.sounds);
let lastAlert = null;

/** Alerts that are older when they reach the page (it was offline) are listed, not spoken. */
const TOO_OLD_MS = 30_000;

// Large keys

function keys(list) {
  for (const id of ["privacy", "starting"]) $(`key-${id}`).hidden = !list.some((key) => key.id === id);
  for (const key of list) {
    const button = $(`key-${key.id}`).querySelector("button");
    button.disabled = key.blocked !== null;
    button.setAttribute("aria-pressed", String(key.active));
    const scene = key.active ? "On air now" : `Shows ‘${key.scene}’`;
    text(button.querySelector(".key-sub"), key.blocked ?? (key.scene ? scene : "Reloads the feed in OBS"));
  }
}

function press(id) {
  const key = state.keys?.find((one) => one.id === id);
  const slot = $(`key-${id}`);
  const button = slot.querySelector("button");
  if (!key || button.disabled) return;
  if (key.scene) act(button, note(slot), "/api/v1/obs/scene", { scene: key.scene });
  else act(button, note(slot), "/api/v1/obs/media_restart");
}

for (const id of ["live", "brb", "privacy", "picture", "starting"]) {
  $(`key-${id}`).querySelector("button").addEventListener("click", () => press(id));
}

// Scenes: buttons are kept by name, so that a spinner survives the next push.

const sceneButtons = new Map();

function sceneButton(name) {
  if (!sceneButtons.has(name)) {
    const button = el("button", "scene", el("span", "scene-name", name), el("span", "scene-role"), el("kbd", "scene-key"));
    button.type = "button";
    button.addEventListener("click", () => act(button, $("scenes-note"), "/api/v1/obs/scene", { scene: name }));
    sceneButtons.set(name, button);
  }
  return sceneButtons.get(name);
}

function scenes(list) {
  const known = new Set(list.map((scene) => scene.name));
  for (const name of sceneButtons.keys()) if (!known.has(name)) sceneButtons.delete(name);
  list.forEach((scene, index) => {
    const button = sceneButton(scene.name);
    button.setAttribute("aria-pressed", String(scene.active));
    text(button.querySelector(".scene-role"), scene.active ? "On air" : scene.role ?? "");
    text(button.querySelector(".scene-key"), index < 9 ? String(index + 1) : "");
  });
  const part = (first) => list.filter((scene) => scene.first === first).map((scene) => sceneButton(scene.name));
  const rest = part(false);
  place($("scenes-first"), part(true));
  place($("scenes-rest"), rest);
  $("scenes-more").hidden = rest.length === 0;
  $("scenes-empty").hidden = list.length > 0;
  text($("scenes-count"), `(${rest.length})`);
}

/** Moves nodes only when the order changed, so that focus stays where it is. */
function place(parent, nodes) {
  const same = parent.children.length === nodes.length && nodes.every((node, i) => parent.children[i] === node);
  if (!same) parent.replaceChildren(...nodes);
}

// Automatic switching

function failover(view) {
  chip($("failover-chip"), view.level, view.word);
  text($("failover-standing"), view.standing);
  const paused = view.paused_by !== null;
  const who = paused ? `Paused by ${view.paused_by} ${span(now() - view.paused_since)} ago. ` : "";
  text($("failover-more"), who + view.limits);
  const button = $("failover-button");
  text(button, paused ? "Resume switching" : "Pause switching");
  button.classList.toggle("primary", paused);
}

$("failover-button").addEventListener("click", () => {
  const order = state.failover?.paused_by === null ? "pause" : "resume";
  act($("failover-button"), note($("failover-button").parentElement), `/api/v1/failover/${order}`);
});

// What must not be overlooked

function notices(view) {
  $("notice-test").hidden = view.testing === null;
  text($("notice-test-text"), view.testing ? `Scenes are switched although OBS does not stream. It ends by itself in ${span(view.testing - now())}.` : "");
  $("notice-work").hidden = view.work === null;
  text($("notice-work"), view.work ? `Work on the ingest: ${view.work}. For ${span(view.work_until - now())} at most, what the feed shows counts as unknown, not as lost.` : "");
}

$("end-test").addEventListener("click", () => act($("end-test"), note($("end-test").parentElement), "/api/v1/failover/test", { on: false }));

function platform(view) {
  $("notice-twitch").hidden = view.hint === null;
  text($("notice-twitch"), view.hint ?? "");
}

function several(list) {
  $("card-feeds").hidden = list.length === 0;
  feeds(list);
}

// The stream

function obs(view) {
  chip($("obs-chip"), view.level, view.word);
  text($("obs-line"), obsLine(view));
  const recorded = view.recording === null ? "" : view.recording ? "Recording. " : "Not recording. ";
  const version = recorded + (view.version ? `OBS ${view.version}. ` : "");
  const pending = view.pending.map((one) => `Asked ${span(now() - one.since)} ago: ${one.what}.`).join(" ");
  text($("obs-more"), view.repair ?? version + pending);
  const button = $("stream-button");
  button.disabled = view.live === null;
  button.classList.toggle("danger", view.live === true);
  text(button.querySelector(".hold-label"), view.live ? "Hold to stop the stream" : "Hold to start the stream");
}

function obsLine(view) {
  if (!view.connected) return view.reason ? `${view.reason} It is tried again by itself.` : "Connecting to OBS.";
  if (view.live) return `On air for ${span(now() - (view.live_since ?? now()))}, showing ‘${view.scene ?? "unknown"}’.`;
  return `Not streaming. OBS shows ‘${view.scene ?? "unknown"}’.`;
}

hold($("stream-button"), note($("stream-button").parentElement), () => {
  const scene = state.obs?.scene ?? "unknown";
  return state.obs?.live
    ? { title: "Stop the stream?", effect: "Viewers lose the picture at once.", yes: "Stop the stream" }
    : { title: "Start the stream?", effect: `OBS goes on air with the scene ‘${scene}’.`, yes: "Start the stream" };
}, () => {
  const path = state.obs?.live ? "/api/v1/obs/stop" : "/api/v1/obs/start";
  act($("stream-button"), note($("stream-button").parentElement), path, undefined, { patient: true });
});

// Alerts

function hear(list) {
  alerts(list);
  // By time, not by number: a restarted server counts from one again.
  const fresh = list.filter((alert) => lastAlert !== null && alert.ts > lastAlert && now() - alert.ts < TOO_OLD_MS);
  for (const alert of fresh) {
    toast(alert.type === "low" ? "warn" : "good", alert.message);
    voice.say(alert);
  }
  lastAlert = list.at(-1)?.ts ?? lastAlert ?? 0;
}

function sound(on) {
  text($("sound").querySelector("span"), on ? "Sound is on" : "Turn on sound");
  $("sound").setAttribute("aria-pressed", String(on));
  $("sound-note").hidden = on;
}

$("sound").addEventListener("click", async () => {
  const on = await voice.unlock();
  sound(on);
  if (!on) toast("warn", "This browser does not allow sound here.");
});

// Keyboard

function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, dialog[open]");
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || typing(event)) return;
  if (event.key === "?") return $("help").showModal();
  if (/^[1-9]$/.test(event.key)) {
    const scene = state.scenes?.[Number(event.key) - 1];
    return scene && sceneButton(scene.name).click();
  }
  const key = { l: "live", b: "brb", p: "privacy", x: "picture" }[event.key.toLowerCase()];
  if (key) press(key);
});

// The link

const feed = (view) => text($("feed-more"), view.detail ? `Feed: ${view.detail}.` : "");

const parts = { notices, raid, twitch: platform, feed, feeds: several, keys, scenes, failover, obs, journal, alerts: hear };

function take(set) {
  Object.assign(state, set);
  strip(set);
  for (const [name, part] of Object.entries(parts)) if (set[name]) part(set[name]);
  if (set.health) health(set);
}

const link = connect({
  onSections: take,
  onState: (fresh) => {
    freshness(fresh);
    if (fresh.stale) return;
    if (state.obs) obs(state.obs);
    if (state.failover) failover(state.failover);
    if (state.notices) notices(state.notices);
    raid();
    health({});
  },
});
link.seed(JSON.parse($("live").dataset.snapshot));
