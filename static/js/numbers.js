// The numbers behind a line, each with its name and unit.

import { el } from "./dom.js";

const ms = (value) => (value < 10_000 ? `${value} ms` : `${Math.round(value / 1000)} s`);
const rate = (value) => (value < 999.5 ? `${Math.round(value)} kbit/s` : `${(value / 1000).toFixed(1)} Mbit/s`);

/** In this order; what stands in no row comes after them under its own name. */
const NAMES = {
  reason: "Reason", rule: "Rule", feed: "Feed", from: "From", to: "To", scene: "Scene", class: "Reading", kbps: "Rate",
  stall_ms: "Nothing new for", rtt_ms: "Delay", buffer_ms: "Buffer", latency_ms: "Latency", drops_per_sec: "Packets given up a second",
};

function said(name, value) {
  if (value === null) return "unknown";
  if (typeof value === "number" && name.endsWith("_ms")) return ms(value);
  if (typeof value === "number" && name.includes("kbps")) return rate(value);
  if (typeof value === "number") return String(Math.round(value * 10) / 10);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const title = (name) => NAMES[name] ?? (name.charAt(0).toUpperCase() + name.slice(1)).replace(/_ms$|_kbps$/, "").replaceAll("_", " ");

/** A list of names and values, or null where a line has none. */
export function numbers({ data, origin }) {
  if (data === null || typeof data !== "object") return null;
  const known = Object.keys(NAMES).filter((name) => name in data);
  const names = [...known, ...Object.keys(data).filter((name) => !(name in NAMES))];
  const row = (name, value) => el("div", "", el("dt", "", name), el("dd", "num", value));
  return el("dl", "numbers", ...names.map((name) => row(title(name), said(name, data[name]))), origin ? row("By", origin) : null);
}
