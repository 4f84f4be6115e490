// Chat and events: a feed of its own, batches from /ws/chat, the newest 300 kept.

import { $, el, text } from "./dom.js";
import { act } from "./action.js";
import { connect } from "./link.js";
import { freshness, strip } from "./strip.js";
import { timeOfDay } from "./time.js";

const MOST = 300;
const NEAR_PX = 40;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];
const DEAD_MS = 15000;
const KINDS = { follows: "Follow", subs: "Sub", bits: "Bits", raids: "Raid", points: "Points", other: "Event" };

const feed = $("feed");
const rows = new Map();
let waiting = [];
let unread = 0;
let twitch = null;
let replyTo = null;

// Rows

function chatRow(row) {
  // Each name and text by itself: what reads from right to left must not carry its neighbours along.
  const words = el("bdi", "words", ...row.parts.map(part));
  const roles = [...(row.from ? [`in ${row.from}`] : []), ...row.roles, ...(row.bits ? [`${row.bits} bits`] : [])];
  const line = el("div", "said-text",
    row.reply ? el("span", "answered", "Answers ", el("bdi", "", row.reply.name), ": ", el("bdi", "", row.reply.text)) : null,
    el("time", "num", timeOfDay(row.at, false)), dot(row.colour), ...roles.map(role), el("bdi", "who", nameOf(row)), ": ", words);
  const reply = el("button", "reply", icon("reply"));
  reply.type = "button";
  reply.setAttribute("aria-label", `Reply to ${row.name}`);
  reply.addEventListener("click", () => answer(row));
  const item = el("li", "said", line, reply);
  item.classList.toggle("own", row.own);
  item.classList.toggle("to-me", toMe(row));
  item.dataset.group = "chat";
  if (row.gone) strike(item);
  return item;
}

/** A name in other letters than the account's may look like anybody's, so the account stands behind it. */
const nameOf = (row) => (row.login && row.name.toLowerCase() !== row.login ? `${row.name} (${row.login})` : row.name);

/** What was deleted stays for the streamer, struck out. */
function strike(item) {
  if (item.classList.contains("gone")) return;
  item.classList.add("gone");
  item.querySelector(".words").after(el("span", "fine", " (deleted)"));
}

/** Somebody named the channel. */
const toMe = (row) => twitch?.login && row.parts.some(([kind, words]) => kind === "mention" && words.toLowerCase() === `@${twitch.login}`);

function part([kind, words, id]) {
  if (kind === "emote") return emote(words, id);
  return kind === "text" ? words : el("span", kind, words);
}

function emote(words, id) {
  const image = el("img", "emote");
  const light = document.documentElement.dataset.theme === "light" ? "light" : "dark";
  image.alt = words;
  image.title = words;
  image.loading = "lazy";
  image.addEventListener("error", () => { image.replaceWith(words); stay(); });
  image.src = `https://static-cdn.jtvnw.net/emoticons/v2/${encodeURIComponent(id)}/default/${light}/1.0`;
  return image;
}

function role(word) {
  const node = el("span", "role", word);
  node.dataset.role = /bits$/.test(word) ? "bits" : word;
  return node;
}

/** The author's own colour: beside the name, since as the colour of text it may not be readable. */
function dot(colour) {
  const node = el("i", "dot");
  node.setAttribute("aria-hidden", "true");
  if (/^#[0-9a-f]{6}$/i.test(colour)) node.style.background = colour;
  return node;
}

function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

function eventRow(row) {
  const item = el("li", "happened",
    el("div", "", el("span", "kind", KINDS[row.group]), row.text, row.message ? el("q", "", row.message) : null),
    el("time", "num", timeOfDay(row.at, false)));
  item.dataset.group = row.group;
  return item;
}

// The feed

/** The newest stays in sight when the window or a row changes its height. */
function stay() { if (feed.dataset.held !== "true") feed.scrollTop = feed.scrollHeight; }

new ResizeObserver(stay).observe(feed);

const atEnd = () => feed.scrollHeight - feed.scrollTop - feed.clientHeight < NEAR_PX;

function add(batch) {
  const fresh = batch.add.filter((row) => !rows.has(row.id) && !waiting.some((one) => one.id === row.id));
  if (fresh.length === 0) return;
  if (batch.gap) waiting.push({ id: `gap-${batch.t}`, row: "gap" });
  waiting.push(...fresh);
  for (const row of fresh) if (row.removes) remove(row);
  waiting = waiting.slice(-MOST);
  if (away()) count(fresh.length);
  if (feed.dataset.held !== "true") draw();
  else jump();
}

function draw() {
  const news = waiting;
  waiting = [];
  const nodes = news.map((row) => {
    const node = row.row === "chat" ? chatRow(row) : row.row === "event" ? eventRow(row) : el("li", "left-out", "Chat is too fast: some messages are left out.");
    rows.set(row.id, { row, node });
    return node;
  });
  feed.querySelector(".empty")?.remove();
  feed.append(...nodes);
  trim();
  if (rows.size === 0) feed.append(el("li", "empty", "Nothing was said yet."));
  feed.scrollTop = feed.scrollHeight;
  jump();
}

function trim() {
  for (const [id, { node }] of rows) {
    if (rows.size <= MOST) return;
    node.remove();
    rows.delete(id);
  }
}

/** Deleted is deleted at once, also for who reads further up and for what waits to be drawn. */
function remove({ removes, at }) {
  const hit = (row) => row.row === "chat" && row.at <= at && (removes === "all" || removes.message === row.id || removes.user === row.user);
  for (const { row, node } of rows.values()) if (hit(row)) strike(node);
  for (const row of waiting) if (hit(row)) row.gone = true;
}

function jump() {
  const count = waiting.filter((row) => row.row !== "gap").length;
  $("jump").hidden = feed.dataset.held !== "true";
  text($("jump"), count > 0 ? `${count}${count >= MOST ? "+" : ""} new ↓` : "To the newest ↓");
}

feed.addEventListener("scroll", () => {
  const held = !atEnd();
  if (feed.dataset.held === String(held)) return;
  feed.dataset.held = String(held);
  if (held) jump();
  else draw();
}, { passive: true });

$("jump").addEventListener("click", () => { feed.dataset.held = "false"; draw(); feed.focus({ preventScroll: true }); });

// Filter

const read = () => { try { return (localStorage.getItem("chat-hide") ?? "").split(" ").filter(Boolean); } catch { return []; } };
const hidden = new Set(read());

function filter() {
  feed.dataset.hide = [...hidden].join(" ");
  for (const button of document.querySelectorAll(".pick")) button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.group)));
  try { localStorage.setItem("chat-hide", feed.dataset.hide); } catch { /* private mode: for this page only */ }
  stay();
}

for (const button of document.querySelectorAll(".pick")) {
  button.addEventListener("click", () => {
    const { group } = button.dataset;
    if (!hidden.delete(group)) hidden.add(group);
    filter();
  });
}
filter();

// Unread

const away = () => document.hidden || $("panel-feed").hidden;

function count(more) {
  unread = Math.min(unread + more, 999);
  $("unread").hidden = unread === 0;
  text($("unread"), unread >= 999 ? "999+" : String(unread));
  title();
}

const seen = () => { if (!away()) { unread = 0; count(0); } };
document.addEventListener("visibilitychange", seen);

function title() {
  const plain = document.title.replace(/^\(\d+\+?\) /, "");
  document.title = unread > 0 ? `(${unread}) ${plain}` : plain;
}

// To say something

function answer(row) {
  replyTo = row?.id ?? null;
  $("reply-to").hidden = !row;
  text($("reply-name"), row ? `Reply to ${nameOf(row)}: ${row.parts.map(([, words]) => words).join("")}` : "");
  $("message").focus();
}

$("reply-end").addEventListener("click", () => answer(null));
$("message").addEventListener("keydown", (event) => { if (event.key === "Escape") answer(null); });
$("message").addEventListener("input", () => {
  const length = [...$("message").value].length;
  $("message-count").hidden = length < 400;
  $("message-count").classList.toggle("bad", length > 500);
  text($("message-count"), `${length} of 500`);
});

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const message = $("message").value.trim();
  if (message === "") return;
  const body = { message, identity: $("voice").value || null, reply_to: replyTo };
  const { ok } = await act($("send"), $("say-note"), "/api/v1/twitch/say", body, { whom: "Twitch", quiet: true });
  // What was typed meanwhile is the next message.
  if (!ok || $("message").value.trim() !== message) return;
  $("message").value = "";
  $("message-count").hidden = true;
  if (replyTo === body.reply_to) answer(null);
});

function voices(list) {
  const kept = $("voice").value || list.at(-1)?.[0];
  $("voice").replaceChildren(...list.map(([word, name]) => {
    const option = el("option", "", name);
    option.value = word;
    option.selected = word === kept;
    return option;
  }));
  $("voice").hidden = list.length < 2;
  $("message").disabled = $("send").disabled = list.length === 0;
}

// Twitch's own chat

const tabs = [$("tab-feed"), $("tab-twitch")];

function choose(tab) {
  for (const one of tabs) {
    const on = one === tab;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    $(one.getAttribute("aria-controls")).hidden = !on;
  }
  if (tab === $("tab-twitch")) embed();
  else { seen(); stay(); }
}

for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tabs.find((one) => one !== tab);
    choose(other);
    other.focus();
  });
}

/** Loaded only when it is looked at; Twitch shows it on pages with https, and on this machine. */
function embed() {
  const login = twitch?.login;
  const can = location.protocol === "https:" || ["localhost", "127.0.0.1"].includes(location.hostname);
  $("popout").hidden = !login;
  if (login) $("popout").href = `https://www.twitch.tv/popout/${encodeURIComponent(login)}/chat?popout=`;
  text($("embed-note"), !login ? "Sign in to Twitch to see your channel’s chat here." : can ? "" : "Twitch shows its chat inside another page only over https.");
  if (!login || !can || $("embed").firstChild) return;
  const frame = el("iframe");
  const light = getComputedStyle(document.documentElement).colorScheme === "light";
  frame.title = "Twitch chat";
  frame.src = `https://www.twitch.tv/embed/${encodeURIComponent(login)}/chat?parent=${encodeURIComponent(location.hostname)}${light ? "" : "&darkpopout"}`;
  $("embed").replaceChildren(frame);
}

// The two links

function listen(tries = 0) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws/chat`);
  let dead = setTimeout(() => socket.close(), DEAD_MS);
  socket.onmessage = (event) => {
    clearTimeout(dead);
    dead = setTimeout(() => socket.close(), DEAD_MS);
    tries = 0;
    add(JSON.parse(event.data));
  };
  socket.onclose = () => {
    clearTimeout(dead);
    setTimeout(() => listen(tries + 1), BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)] * (0.75 + Math.random() / 4));
  };
}

function take(set) {
  strip(set);
  title();
  if (!set.twitch) return;
  twitch = set.twitch;
  voices(twitch.voices);
  const blocked = twitch.blocked ?? twitch.lacks.chat;
  $("blocked").hidden = !blocked;
  text($("blocked-text"), blocked);
  $("deaf").hidden = twitch.deaf === null;
  text($("deaf"), twitch.deaf);
  text($("viewers"), twitch.viewers === null ? "" : `${twitch.viewers.toLocaleString()} watching`);
  if (!$("panel-twitch").hidden) embed();
}

connect({ onSections: take, onState: (fresh) => { freshness(fresh); title(); } }).seed(JSON.parse($("live").dataset.snapshot));
draw();
listen();
