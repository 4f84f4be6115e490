// The index of the settings: on a phone the sections are folded, on a desk there is room for all.

const WIDE = matchMedia("(min-width: 900px)");

if (WIDE.matches) for (const part of document.querySelectorAll("details.fold")) part.open = true;
