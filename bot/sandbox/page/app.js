// Joins the parts: fetches what the sandbox says, draws the regions, and moves between people, channels and threads.

import { h, patch, listen, classes } from "./dom.js";
import { icon, appPicture } from "./icons.js";
import { live, post, read, coalesced } from "./api.js";
import { store, recall, remember, channel, nameOf, me } from "./store.js";
import { rail } from "./rail.js";
import { messageList, following } from "./messages.js";
import { composer } from "./composer.js";
import { drawModal, escape } from "./modal.js";
import { drawNotes, toast } from "./notes.js";
import { mailbox, show as showMail } from "./mail.js";

const region = (id) => document.getElementById(id);
let drawnPlace = "";
let drawnThread = "";
let unseen = 0;
let said = new Set();
let readUpTo = "";

const place = () => `${store.user}/${store.channel}`;
const wanted = () => `${place()}/${store.thread}`;

/** Fetches until the answer is about the place the person is at by then. */
async function fetchState() {
  try {
    do await fetchOnce();
    while (!settled() || store.answeredFor !== wanted());
    store.failed = false;
  } catch {
    store.failed = true;
  }
  render();
}

async function fetchOnce() {
  const { user, channel: where, thread } = store;
  const about = wanted();
  const [slack, mail] = await Promise.all([read("/ui/state", { user, channel: where, thread }), read("/ui/mail")]);
  if (!store.slack) slack.notes.forEach((note) => store.dismissed.add(note.id)); // what went wrong before this page was open
  Object.assign(store, { slack, mail, answeredFor: about });
}

/** Picks who and where when nothing (or something that is gone) was remembered; true when there was nothing to pick. */
function settled() {
  const { users, channels, channel: first } = store.slack;
  const was = place();
  if (!users.some((one) => one.id === store.user)) store.user = users.find((one) => one.kind === "member")?.id ?? "";
  if (!channel()) store.channel = channel(first)?.id ?? channels[0]?.id ?? "";
  return was === place();
}

const refresh = coalesced(fetchState);

function render() {
  document.body.classList.toggle("ready", Boolean(store.slack));
  drawBanner();
  if (!store.slack) return;
  remember();
  patch(region("rail"), rail({ goTo, become }));
  if (store.answeredFor !== wanted()) return;
  drawChannel();
  drawSide();
  drawModal();
  drawNotes();
  announce();
  markRead();
}

function drawBanner() {
  const down = store.linked === false || store.failed;
  patch(region("banner"), down ? h("div", { class: "down" }, h("span", { class: "spinner", "aria-hidden": "true" }), store.slack ? "Reconnecting to the sandbox… what you type is kept." : "Looking for the sandbox…") : null);
}

function drawChannel() {
  const here = channel();
  const direct = here?.kind === "im";
  const moved = drawnPlace !== place();
  patch(region("channel"), [
    h("header", { key: "head" }, direct ? appPicture("small") : icon("hash", 20), h("h2", {}, here?.name ?? ""), direct && h("span", { class: "tag" }, "APP"), h("span", { class: "about" }, direct ? `Only ${nameOf(store.user)} sees this` : "")),
    h("div", { class: "scroller", key: `scroll-${place()}`, same: true, tabindex: "0", "aria-label": `Messages in ${here?.name ?? ""}`, role: "region", on: {} }),
    unseen > 0 && h("button", { type: "button", class: "more-below", key: "more", on: { click: toEnd } }, unseen === 1 ? "1 new message" : `${unseen} new messages`, icon("down", 15)),
    composer({ channel: store.channel, id: "composer", placeholder: direct ? `Message ${here.name}` : `Message #${here?.name ?? ""} or type / for commands` }),
  ]);
  const scroller = region("channel").querySelector(".scroller");
  scroller.onscroll = () => atEnd(scroller) && unseen && seenAll();
  const shown = store.slack.messages.filter((one) => !one.thread_ts || one.thread_ts === one.ts);
  const more = following(scroller, () => patch(scroller, shown.length ? h("ol", { class: "messages", key: "list" }, messageList(shown, { acts, openThread })) : emptyChannel(here, direct)));
  if (moved) {
    scroller.scrollTop = scroller.scrollHeight;
    unseen = 0;
  } else if (more) {
    unseen += more;
    drawnPlace = place();
    return drawChannel();
  }
  drawnPlace = place();
}

const atEnd = (node) => node.scrollHeight - node.scrollTop - node.clientHeight < 40;
const seenAll = () => { unseen = 0; store.render(); };

function toEnd() {
  const scroller = region("channel").querySelector(".scroller");
  scroller.scrollTop = scroller.scrollHeight;
  seenAll();
}

function emptyChannel(here, direct) {
  return h("div", { class: "empty", key: "empty" }, icon(direct ? "mail" : "hash", 40),
    h("h3", {}, direct ? `Nothing from ${here.name} yet` : `This is #${here?.name ?? ""}`),
    h("p", {}, direct ? "When a ticket becomes yours, or its customer writes again, you read it here." : "Nothing has been posted yet. Write a mail as a customer on the right, and its card appears in the channel it belongs to."));
}

function drawSide() {
  const tab = (value, name, label, extra) => h("button", { type: "button", role: "tab", key: value, id: `tab-${value}`, "aria-selected": String(store.side === value), on: { click: () => { store.side = value; store.render(); } } }, icon(name, 17), label, extra);
  const waiting = (store.mail?.threads ?? []).filter((one) => one.messages.at(-1)?.direction === "in").length;
  patch(region("side"), [
    h("div", { class: "tabs", role: "tablist", "aria-label": "Beside the channel", key: "tabs" },
      tab("mail", "mail", "Mailbox", waiting > 0 && h("span", { class: "badge quiet", title: "Conversations whose last word is the customer's" }, String(waiting))),
      store.thread && tab("thread", "reply", "Thread"),
      store.thread && store.side === "thread" && h("button", { type: "button", key: "close", class: "plain", "aria-label": "Close thread", on: { click: closeThread } }, icon("close"))),
    store.side === "thread" && store.thread ? threadPane() : mailbox(),
  ]);
  if (store.side === "thread") drawThread();
}

function threadPane() {
  return h("div", { class: "thread", key: "thread", inert: store.slack.view ? true : undefined },
    h("div", { class: "scroller", key: `scroll-${store.thread}`, same: true, tabindex: "0", role: "region", "aria-label": "Thread", on: {} }),
    composer({ channel: store.channel, thread: store.thread, id: "thread-composer", placeholder: "Reply in thread: it stays inside Slack" }));
}

function drawThread() {
  const scroller = region("side").querySelector(".scroller");
  if (!scroller) return;
  const all = store.slack.thread ?? [];
  const parent = all.find((one) => one.ts === store.thread) ?? store.slack.messages.find((one) => one.ts === store.thread);
  const replies = all.filter((one) => one.ts !== store.thread);
  const draw = (list) => messageList(list, { acts, openThread, threadOf: store.thread });
  const moved = drawnThread !== store.thread;
  following(scroller, () => patch(scroller, parent
    ? h("ol", { class: "messages", key: "list" }, draw([parent]), h("li", { class: "day replies", key: "count", role: "separator" }, h("span", {}, replies.length === 1 ? "1 reply" : `${replies.length} replies`)), draw(replies))
    : h("p", { class: "empty", key: "gone" }, "This thread is not here any more.")));
  if (moved) scroller.scrollTop = 0;
  drawnThread = store.thread;
}

/** What a screen reader should hear of new messages: who and the first words. */
function announce() {
  const now = new Set(store.slack.messages.map((one) => `${place()}${one.ts}`));
  const fresh = store.slack.messages.filter((one) => !said.has(`${place()}${one.ts}`) && one.user !== store.user);
  if (said.size && [...said].some((one) => one.startsWith(place())) && fresh.length) {
    region("announcer").textContent = fresh.slice(-2).map((one) => `${one.bot ? one.name : nameOf(one.user)}: ${one.text}`.slice(0, 200)).join(". ");
  }
  said = now;
}

function markRead() {
  const here = channel();
  const unread = `${place()}/${here?.unread}/${store.slack.rev}`;
  if (!here?.unread || document.hidden || unread === readUpTo) return;
  readUpTo = unread;
  post("/ui/read", { user: store.user, channel: store.channel });
}

/** Sends what a person did with a message; what goes wrong is said to them. */
function acts(message) {
  return async (action) => {
    const body = { user: store.user, container: "message", channel: store.channel, ts: message.ts, values: {}, ...action };
    const answer = await post("/ui/action", body);
    if (!answer.ok && !answer.told) toast(answer.error || "The app did not answer. Please try again.", "error");
    await refresh();
  };
}

function goTo(id, thread = "") {
  const fresh = store.slack.channels.find((one) => one.id === id)?.unread ?? 0;
  store.newSince = {};
  store.freshIn = fresh ? { id, count: fresh } : null;
  store.channel = id;
  if (store.thread !== thread) store.side = thread ? "thread" : "mail";
  store.thread = thread;
  return arrive();
}

async function arrive() {
  await refresh();
  if (!store.freshIn || store.freshIn.id !== store.channel) return;
  const top = store.slack.messages.filter((one) => !one.thread_ts || one.thread_ts === one.ts);
  const first = top.at(-store.freshIn.count);
  if (first && store.freshIn.count < top.length) store.newSince[store.channel] = first.ts;
  store.freshIn = null;
  render();
}

function become(id) {
  if (id === store.user) return;
  const direct = channel()?.kind === "im";
  store.user = id;
  store.thread = direct ? "" : store.thread;
  if (direct) store.channel = "";
  return refresh();
}

async function openThread(ts) {
  store.thread = ts;
  store.side = "thread";
  drawnThread = "";
  await refresh();
  document.getElementById("thread-composer")?.focus();
}

async function closeThread() {
  const from = store.thread;
  store.thread = "";
  store.side = "mail";
  await refresh();
  document.querySelector(`[data-ts="${from}"]`)?.focus();
}

/** Links that lead to what this page holds: a mail's conversation, or a message by its permalink. */
store.openLink = (url) => {
  const conversation = store.mail?.threads.find((one) => url.includes("mail.google.com") && url.split(/[/#?=]/).includes(one.id));
  if (conversation) {
    showMail({ kind: "thread", id: conversation.id });
    return true;
  }
  const [, where, digits] = /\/archives\/([CDG][A-Z0-9]+)\/p(\d{16})/.exec(url) ?? [];
  if (!where || !channel(where)) return false;
  jump(where, `${digits.slice(0, 10)}.${digits.slice(10)}`);
  return true;
};

async function jump(where, ts) {
  await goTo(where);
  const target = document.querySelector(`[data-ts="${ts}"]`);
  target?.scrollIntoView({ block: "center" });
  target?.classList.add("found");
  setTimeout(() => target?.classList.remove("found"), 2500);
  target?.focus({ preventScroll: true });
}

store.render = render;
store.refresh = refresh;

function linked(up) {
  const was = store.linked;
  store.linked = up;
  if (was === up) return;
  if (up) return refresh();
  setTimeout(() => store.linked === false && render(), 500);
}

recall();
listen();
document.addEventListener("keydown", escape);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
live(refresh, linked);
refresh().then(() => store.arriveAt && jump(store.channel, store.arriveAt));
