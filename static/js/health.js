// The health page: the same link, all journal lines with filters.

import { $ } from "./dom.js";
import { connect } from "./link.js";
import { health, journal } from "./lists.js";
import { freshness, strip } from "./strip.js";

const form = $("filters");

async function lines() {
  const wanted = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(`/api/v1/journal?${wanted}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const list = await answer.json();
    journal(list);
  } catch { /* the banner says that the server is away */ }
}

form.addEventListener("change", () => {
  history.replaceState(null, "", `/health?${new URLSearchParams(new FormData(form))}`);
  lines();
});
form.addEventListener("submit", (event) => { event.preventDefault(); lines(); });

const link = connect({
  onSections: (set) => {
    strip(set);
    if (set.health) health(set);
    if (set.journal) lines();
  },
  onState: (fresh) => {
    freshness(fresh);
    if (!fresh.stale) health({});
  },
});
link.seed(JSON.parse($("live").dataset.snapshot));
