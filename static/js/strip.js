// The top strip: state, uptime, scene, rate, and how old all of it is.

import { $, text } from "./dom.js";
import { now, span, uptime } from "./time.js";
import { spark } from "./spark.js";

let feed = null;
let obs = null;

/** Viewers, and whether Twitch shows the stream; nothing while Twitch is not set up. */
function platform(twitch) {
  $("strip-twitch").hidden = twitch.word === "Off";
  $("strip-twitch").dataset.level = twitch.level;
  $("strip-twitch-mark").setAttribute("href", `#m-${twitch.level}`);
  text($("strip-twitch-word"), twitch.viewers === null ? "Twitch" : "Viewers");
  text($("strip-viewers"), twitch.viewers?.toLocaleString() ?? (twitch.word === "Unknown" ? "–" : twitch.word));
}

export function strip(set) {
  if (set.feed) feed = set.feed;
  if (set.obs) obs = set.obs;
  if (set.twitch) platform(set.twitch);
  if (set.spark) spark(set.spark);
  if (!feed || !obs) return;
  $("strip").dataset.level = feed.level;
  $("strip-mark").setAttribute("href", `#m-${feed.level}`);
  text($("strip-word"), feed.word);
  text($("strip-headline"), feed.headline);
  text($("strip-rate"), feed.rate);
  text($("strip-unit"), feed.unit);
  text($("strip-air"), obs.word);
  $("strip-air").dataset.level = obs.level;
  $("strip-rec").hidden = obs.recording !== true;
  text($("strip-scene"), obs.scene ?? "–");
  $("spark").setAttribute("aria-label", `Bitrate of the last minute, now ${feed.rate} ${feed.unit}`);
  document.title = `${feed.word} · ${obs.word} – Stream Control`;
  tick();
}

/** What counts up. */
function tick() {
  text($("strip-since"), feed?.since ? `for ${span(now() - feed.since)}` : "");
  text($("strip-uptime"), obs?.live_since ? uptime(now() - obs.live_since) : "–");
}

/** Old values look old. */
export function freshness({ stale, age }) {
  document.body.classList.toggle("stale", stale);
  text($("strip-age"), stale ? "not connected" : `updated ${span(Math.max(age, 1000))} ago`);
  const banner = $("banner");
  banner.hidden = !stale;
  text(banner, stale ? `Connection to server lost – last values ${span(age)} old` : "");
  // What counts up stands still with the rest: an old clock must not look alive.
  if (!stale) tick();
}
