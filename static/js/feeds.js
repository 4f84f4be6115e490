// The page of the feeds: live states, and the search for an ingest server.

import { $, chip, el, text } from "./dom.js";
import { connect } from "./link.js";
import { span } from "./time.js";
import { toast } from "./toast.js";

const SEARCH_MS = 35_000;
const rows = [...document.querySelectorAll("[data-feed]")];

// Live states

function row(node, view) {
  const part = (name) => node.querySelector(`[data-part=${name}]`);
  chip(part("chip"), view.level, view.word);
  text(part("rate"), view.rate);
  if (view.reason !== undefined) text(part("reason"), view.reason);
}

function take(set) {
  for (const view of set.feeds ?? []) {
    const node = rows.find((one) => one.dataset.feed === view.id);
    if (node) row(node, view);
  }
  // A feed that is alone is the one that the strip of the other pages tells of.
  if (set.feed && rows.length === 1) {
    const { level, word, rate, unit, headline } = set.feed;
    row(rows[0], { level, word, rate: `${rate} ${unit}`, reason: headline });
  }
}

const link = connect({
  onSections: take,
  onState: ({ stale, age }) => {
    document.body.classList.toggle("stale-parts", stale);
    if (stale) for (const node of rows) text(node.querySelector("[data-part=reason]"), `Connection to server lost – last values ${span(age)} old`);
  },
});
link.seed(JSON.parse($("live").dataset.snapshot));

// Find my ingest

$("probe").hidden = false;

$("probe-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = $("probe-button");
  if (button.dataset.state === "sent") return;
  button.dataset.state = "sent";
  note("Looking. This takes a few seconds.");
  $("found").replaceChildren();
  const answer = await search($("probe-host").value.trim());
  delete button.dataset.state;
  if (answer.failed) {
    note(answer.failed, true);
    toast("bad", answer.failed);
    return;
  }
  const places = (answer.found ?? []).flatMap(candidates);
  $("found").replaceChildren(...places);
  const tried = answer.tried ? ` ${answer.tried} addresses were tried.` : "";
  note(places.length === 0 ? `No ingest server was found there.${tried}` : `Tap the one that is yours.${tried}`);
});

function note(words, bad = false) {
  $("probe-note").classList.toggle("bad", bad);
  text($("probe-note"), words);
}

async function search(host) {
  try {
    const answer = await fetch("/api/v1/probe", {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: JSON.stringify({ host }),
      signal: AbortSignal.timeout?.(SEARCH_MS),
    });
    const said = await answer.json().catch(() => ({}));
    return answer.ok ? said : { failed: said.text ?? said.error ?? `The server answered ${answer.status}.` };
  } catch {
    return { failed: "The search was given up. Is the server reachable?" };
  }
}

/** One button for each publisher; a server on which nobody publishes has one too. */
function candidates(place) {
  const publishers = place.publishers?.length ? place.publishers : [{ name: "", kbps: null }];
  return publishers.map((publisher) => {
    const rate = publisher.kbps > 0 ? `${Math.round(publisher.kbps)} kbit/s` : "";
    const title = el("strong", "", publisher.name || "Nobody publishes there now");
    const button = el("button", "found-one", title, el("span", "num", rate), el("span", "fine", `${place.server} – ${place.url}${place.note ? `. ${place.note}` : ""}`));
    button.type = "button";
    button.addEventListener("click", () => fill(place, publisher));
    return el("li", "", button);
  });
}

/** Fills a new feed. By POST, so that an address with a key stays out of the browser's history. */
function fill(place, publisher) {
  const fields = $("draft").elements;
  fields.type.value = place.server;
  fields.url.value = place.url;
  fields.publisher.value = publisher.name;
  fields.name.value = publisher.name.split("/").pop();
  $("draft").submit();
}
