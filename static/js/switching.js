// The page of automatic switching: what a preset would give, measured limits at one tap, the test.

import { $, chip, text } from "./dom.js";
import { act } from "./action.js";
import { connect } from "./link.js";
import { now, span } from "./time.js";

const form = $("switching");

// A preset that is chosen but not saved shows in every empty field what it would give.

function preview() {
  const radios = [...form.elements.SWITCHING_PRESET];
  const at = radios.findIndex((radio) => radio.checked);
  for (const field of form.querySelectorAll("[data-presets]")) {
    const value = field.dataset.presets.split("|")[at];
    field.placeholder = value;
    field.dataset.now ??= field.closest(".setting").querySelector("[data-part=origin]").textContent;
    const changed = !radios[at].defaultChecked && field.value.trim() === "";
    const unit = field.parentElement.querySelector(".unit")?.textContent ?? "";
    const words = `${radios[at].value} gives ${value} ${unit}`.trim();
    text(field.closest(".setting").querySelector("[data-part=origin]"), changed ? `${words}, once saved.` : field.dataset.now);
  }
}

form.addEventListener("change", preview);

$("fill")?.addEventListener("click", (event) => {
  event.preventDefault();
  const { low, offline } = event.currentTarget.dataset;
  const values = { BITRATE_LOW_KBPS: low, BITRATE_HIGH_KBPS: "", BITRATE_OFFLINE_KBPS: offline };
  for (const [key, value] of Object.entries(values)) $(key).value = value;
  $("BITRATE_LOW_KBPS").closest("details").open = true;
  $("BITRATE_LOW_KBPS").focus();
  text($("fill-note"), "Filled in below. Press Save to keep it.");
});

// The test

const button = $("test-button");
let testing = null;
let failover = null;
let feed = null;
let obs = null;

button.form.addEventListener("submit", (event) => {
  event.preventDefault();
  act(button, $("test-note"), "/api/v1/failover/test", { on: testing === null });
});

function show() {
  if (!failover || !feed) return;
  const on = testing !== null;
  chip($("test-chip"), on ? "warn" : "muted", on ? `Test runs, ${span(Math.max(0, testing - now()))} left` : "No test");
  const scene = obs?.scene ? ` OBS shows ‘${obs.scene}’.` : "";
  text($("test-state"), on ? `${feed.headline}.${scene}`.replace("..", ".") : failover.standing);
  if (button.dataset.state !== "sent") text(button, on ? "End test" : "Start test");
  button.classList.toggle("primary", !on);
}

function take(set) {
  if (set.notices) testing = set.notices.testing;
  failover = set.failover ?? failover;
  feed = set.feed ?? feed;
  obs = set.obs ?? obs;
  show();
}

const link = connect({
  onSections: take,
  onState: ({ stale, age }) => {
    document.body.classList.toggle("stale-parts", stale);
    if (stale) text($("test-state"), `Connection to server lost – last values ${span(age)} old`);
    else show();
  },
});
link.seed(JSON.parse($("live").dataset.snapshot));
