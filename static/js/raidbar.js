// The bar about a raid that is under way: on the Live page and on the raid page.

import { $, text } from "./dom.js";
import { act } from "./action.js";
import { hold } from "./hold.js";
import { now } from "./time.js";

let view = null;
const slot = (id) => $(id).parentElement.querySelector(".note");

/** Shows the section `raid`; without one, brings the countdown up to date. */
export function raid(section) {
  if (section) view = section;
  if (!view) return;
  $("raid").hidden = !view.on;
  $("raid").dataset.level = view.level;
  text($("raid-word"), `${view.word}.`);
  text($("raid-text"), view.text);
  text($("raid-count"), view.on && view.until ? `${view.then} ${left(view.until)}` : "");
  button("raid-cancel", $("raid-cancel"), view.cancel);
  button("raid-stop", $("raid-stop").querySelector(".hold-label"), view.stop && `${view.stop} – hold`);
}

function button(id, label, words) {
  $(id).hidden = words === "";
  text(label, words);
}

function left(until) {
  const s = Math.ceil((until - now()) / 1000);
  if (s <= 0) return "any moment now";
  return `in ${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

$("raid-cancel").addEventListener("click", () => act($("raid-cancel"), slot("raid-cancel"), "/api/v1/raid/cancel", undefined, { patient: true }));
hold($("raid-stop"), slot("raid-stop"), () => ({ title: "Stop the stream now?", effect: "Viewers lose the picture at once.", yes: "Stop the stream" }),
  () => act($("raid-stop"), slot("raid-stop"), "/api/v1/raid/stop_now"));
