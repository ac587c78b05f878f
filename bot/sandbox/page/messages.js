// The message list of a channel and of a thread, drawn as Slack draws them.

import { h, lazy, classes } from "./dom.js";
import { blocks, textBody } from "./blocks.js";
import { busyIn } from "./elements.js";
import { avatar, appPicture, icon } from "./icons.js";
import { messageTime, dayOf } from "./dates.js";
import { store, nameOf, person, channel } from "./store.js";

const CLOSE_TOGETHER = 300;

/** `acts(message)` gives the function that sends an action of that message; `openThread(ts)`. */
export function messageList(list, { acts, openThread, threadOf = "" }) {
  const out = [];
  const minute = Math.floor(Date.now() / 60_000); // relative times grow old
  let last = null;
  for (const message of list) {
    const day = dayOf(message.ts);
    const sameDay = last && dayOf(last.ts) === day;
    if (!sameDay && !threadOf) out.push(h("li", { key: `day-${day}`, class: "day", role: "separator" }, h("span", {}, day)));
    if (store.newSince[store.channel] === message.ts && !threadOf) {
      out.push(h("li", { key: "new", class: "new-line", role: "separator" }, h("span", {}, "New")));
    }
    const tight = Boolean(sameDay && follows(last, message));
    const open = store.thread === message.ts && store.side === "thread";
    const same = [minute, store.user, tight, open, busyIn(message.ts), JSON.stringify(message)].join("|");
    out.push(lazy(keyOf(message), same, () => row(message, tight, { acts, openThread, threadOf, open })));
    last = message;
  }
  return out;
}

/** Consecutive plain lines of one person stand under one name. */
function follows(last, message) {
  const plain = !message.bot && !message.ephemeral && !last.ephemeral && !last.thread_count;
  return plain && last.user === message.user && !last.bot && Number(message.ts) - Number(last.ts) < CLOSE_TOGETHER;
}

const keyOf = (message) => `${message.ephemeral ? "e" : "m"}${message.ts}`;

function row(message, tight, { acts, openThread, threadOf, open }) {
  const name = message.bot ? message.name || "Triage" : nameOf(message.user) || message.name;
  const canThread = !threadOf && !message.ephemeral && channel()?.kind !== "im";
  return h("li", {
    "data-ts": message.ts, tabindex: "-1",
    class: classes("message", tight && "tight", message.ephemeral && "ephemeral", message.blocks.length && "card"),
    "aria-label": `${name}: ${message.text}`.slice(0, 160), role: "article",
  },
  h("div", { class: "gutter" }, tight ? messageTime(message.ts) : message.bot ? appPicture() : avatar(name, message.user)),
  h("div", { class: "content" },
    message.ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you"),
    !tight && heading(name, message),
    body(message, acts),
    message.files?.length > 0 && h("ul", { class: "files" }, message.files.map((file) => sharedFile(file))),
    message.edited && !message.blocks.length && h("span", { class: "edited" }, "(edited)"),
    !threadOf && message.thread_count > 0 && threadLink(message, openThread, open)),
  canThread && h("div", { class: "toolbar" },
    h("button", { type: "button", "aria-label": "Reply in thread", title: "Reply in thread", on: { click: () => openThread(message.ts) } }, icon("reply", 17))));
}

function heading(name, message) {
  const kind = person(message.user)?.kind;
  return h("div", { class: "heading" },
    h("span", { class: "who" }, name),
    message.bot && h("span", { class: "tag" }, "APP"),
    kind === "guest" && h("span", { class: "tag" }, "Guest"),
    kind === "foreign" && h("span", { class: "tag" }, "Other org"),
    messageTime(message.ts));
}

function body(message, acts) {
  if (!message.blocks.length) return h("div", { class: "body", key: "body" }, textBody(message.text));
  return h("div", { class: "body", key: "body" }, blocks(message.blocks, { id: message.ts, act: acts(message), actionsLabel: "What you can do with this" }));
}

function sharedFile(file) {
  const href = `/ui/file/${encodeURIComponent(file.id)}?user=${encodeURIComponent(store.user)}`;
  const size = file.size < 1000 ? `${file.size} B` : file.size < 1e6 ? `${Math.round(file.size / 1000)} kB` : `${(file.size / 1e6).toFixed(1)} MB`;
  return h("li", { key: file.id, class: "file" }, icon("clip", 18), h("a", { href, download: file.name }, file.name), h("span", { class: "size" }, size));
}

function threadLink(message, openThread, open) {
  const count = message.thread_count;
  return h("button", { type: "button", key: "thread", class: classes("thread-link", open && "open"), on: { click: () => openThread(message.ts) } },
    icon("reply", 15), h("span", { class: "count" }, count === 1 ? "1 reply" : `${count} replies`), h("span", { class: "go" }, "View thread"));
}

/** Keeps the reader where they are: at the end if they were there, otherwise where they had scrolled to. */
export function following(scroller, draw) {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const before = scroller.querySelectorAll(".message").length;
  draw();
  const more = scroller.querySelectorAll(".message").length - before;
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  return atEnd ? 0 : Math.max(0, more);
}
