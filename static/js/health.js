// The health page: the same link, one row per thing.

import { $ } from "./dom.js";
import { connect } from "./link.js";
import { health } from "./lists.js";
import { freshness, strip } from "./strip.js";

const link = connect({
  onSections: (set) => {
    strip(set);
    if (set.health) health(set);
  },
  onState: (fresh) => {
    freshness(fresh);
    if (!fresh.stale) health({});
  },
});
link.seed(JSON.parse($("live").dataset.snapshot));
