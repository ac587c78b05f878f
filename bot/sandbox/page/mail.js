// The mailbox beside Slack: what came in, what went out, one conversation at a time.

import { h, classes } from "./dom.js";
import { icon, avatar } from "./icons.js";
import { mailTime, size } from "./dates.js";
import { store } from "./store.js";
import { composeForm, answerForms, deliverFiles } from "./mailforms.js";

const FILTERS = [["all", "All"], ["in", "Received"], ["out", "Sent"]];
const HIDDEN_LABELS = new Set(["INBOX", "SENT", "UNREAD", "IMPORTANT", "STARRED", "DRAFT"]);
let dragging = 0;

/** "Dana W <dana@x.example>" as its two halves. */
export function address(text) {
  const match = /^\s*"?(.*?)"?\s*<([^<>]+)>\s*$/.exec(text ?? "");
  return match ? { name: match[1] || match[2], mail: match[2] } : { name: String(text ?? "").trim() || "(nobody)", mail: String(text ?? "").trim() };
}

export function show(view) {
  store.mailView = view;
  store.side = "mail";
  store.render();
}

export function mailbox() {
  const view = store.mailView;
  const thread = view.kind === "thread" ? store.mail?.threads.find((one) => one.id === view.id) : null;
  const inside = thread ? conversation(thread) : view.kind === "compose" ? composeForm(show) : overview();
  return h("div", { class: classes("mail", dragging > 0 && "dropping"), key: "mail", on: dropping },
    inside, h("div", { class: "drop-here", key: "drop", "aria-hidden": "true" }, icon("upload", 34), "Drop .eml files to deliver them"));
}

const dropping = {
  dragenter: (event) => { event.preventDefault(); dragging += 1; if (dragging === 1) store.render(); },
  dragover: (event) => event.preventDefault(),
  dragleave: () => { dragging = Math.max(0, dragging - 1); if (!dragging) store.render(); },
  drop: (event) => { event.preventDefault(); dragging = 0; store.render(); deliverFiles([...event.dataTransfer.files]); },
};

function overview() {
  const threads = (store.mail?.threads ?? []).filter((one) => store.mailFilter === "all" || one.messages.some((mail) => mail.direction === store.mailFilter));
  return h("div", { class: "mail-list", key: "list" },
    h("div", { class: "mail-head", key: "head" },
      h("div", { class: "which" }, h("strong", {}, store.mail?.mailbox ?? "Mailbox"), h("span", {}, counted(threads.length))),
      h("label", { class: "button upload" }, icon("upload", 15), "Add .eml",
        h("input", { type: "file", key: "file", accept: ".eml,message/rfc822", multiple: true, class: "unseen", on: { change: picked } })),
      h("button", { type: "button", class: "button primary", on: { click: () => show({ kind: "compose" }) } }, icon("pen", 15), "New mail")),
    h("div", { class: "filters", role: "group", "aria-label": "Which mail", key: "filters" }, FILTERS.map(([value, label]) =>
      h("button", { type: "button", key: value, "aria-pressed": String(store.mailFilter === value), on: { click: () => { store.mailFilter = value; store.render(); } } }, label))),
    threads.length ? h("ul", { class: "threads", key: "threads", "aria-label": "Conversations" }, threads.map(row)) : nothing());
}

const counted = (count) => (count === 1 ? "1 conversation" : `${count} conversations`);

function picked(_, node) {
  deliverFiles([...node.files]);
  node.value = "";
}

function nothing() {
  return h("div", { class: "empty", key: "empty" }, icon("mail", 40),
    h("h3", {}, store.mailFilter === "out" ? "Nothing was sent yet" : "No mail yet"),
    h("p", {}, store.mailFilter === "out" ? "Approve a draft on a card and the reply shows up here." : "Write one as a customer, or drop an .eml file here, and watch the card appear."));
}

function state(last) {
  return last.direction === "out" ? h("span", { class: "chip done" }, icon("check", 12), "Answered") : null;
}

function row(thread) {
  const last = thread.messages.at(-1);
  const first = thread.messages[0];
  const who = address(thread.customer || first?.from).name;
  const filed = thread.messages.some((mail) => mail.attachments.length);
  return h("li", { key: thread.id },
    h("button", { type: "button", class: classes("mail-row", last?.direction === "in" && "waiting"), "data-thread": thread.id, on: { click: () => show({ kind: "thread", id: thread.id }), keydown: alongRows } },
      avatar(who, who, "round"),
      h("span", { class: "lines" },
        h("span", { class: "first" }, h("span", { class: "from" }, who), thread.messages.length > 1 && h("span", { class: "count" }, String(thread.messages.length)), h("span", { class: "end" }, filed && icon("clip", 13), last && mailTime(last.date))),
        h("span", { class: "subject" }, thread.subject || "(no subject)"),
        h("span", { class: "third" }, h("span", { class: "snippet" }, snippet(last)), last && state(last)))));
}

function alongRows(event, node) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = step && node.closest("li")[step]?.querySelector("button");
  if (!next) return;
  next.focus();
  event.preventDefault();
}

function snippet(mail) {
  const text = (mail?.text ?? "").split("\n").filter((line) => line.trim() && !line.startsWith(">")).join(" ");
  return (mail?.direction === "out" ? "You: " : "") + (text.slice(0, 140) || "(empty)");
}

function conversation(thread) {
  return h("div", { class: "mail-thread", key: `thread-${thread.id}` },
    h("div", { class: "mail-head", key: "head" },
      h("button", { type: "button", class: "plain", "aria-label": "Back to the mailbox", on: { click: () => show({ kind: "list" }) } }, icon("back")),
      h("h2", {}, thread.subject || "(no subject)")),
    h("ol", { class: "mails", key: "mails" }, thread.messages.map(letter)),
    answerForms(thread));
}

function letter(mail) {
  const from = address(mail.from);
  const out = mail.direction === "out";
  return h("li", { key: mail.id, class: classes("letter", out && "out"), "data-mail": mail.id },
    h("div", { class: "letter-head" },
      avatar(from.name, from.name, "round"),
      h("div", { class: "names" },
        h("div", {}, h("strong", {}, from.name), from.name !== from.mail && h("span", { class: "addr" }, from.mail)),
        h("div", { class: "to" }, "to ", address(mail.to).mail, mail.cc && `, cc ${mail.cc}`)),
      h("span", { class: "end" }, mailTime(mail.date))),
    mail.subject && h("div", { class: "letter-subject" }, mail.subject),
    written(mail),
    mail.attachments.length > 0 && h("ul", { class: "attachments", "aria-label": "Attachments" }, mail.attachments.map((file) =>
      h("li", {}, icon("clip", 14), h("span", {}, file.name || "unnamed"), h("small", {}, size(file.size))))),
    chips(mail));
}

function chips(mail) {
  const labels = mail.labels.filter((label) => !HIDDEN_LABELS.has(label) && !label.startsWith("CATEGORY_"));
  return h("div", { class: "chips" },
    h("span", { class: "chip" }, mail.direction === "out" ? "Sent" : "Received"),
    mail.html && h("span", { class: "chip" }, "HTML"),
    labels.map((label) => h("span", { class: "chip label" }, label)));
}

/** The text as it is, with what it quotes folded away. */
function written(mail) {
  const rows = (mail.text ?? "").replace(/\r\n/g, "\n").split("\n");
  let end = rows.length;
  while (end > 0 && (rows[end - 1].startsWith(">") || !rows[end - 1].trim())) end -= 1;
  const quoted = rows.slice(end).join("\n").trim();
  const own = rows.slice(0, end).join("\n").trim();
  return h("div", { class: "letter-text" },
    own ? h("div", { class: "own" }, own) : h("div", { class: "own none" }, "(no text)"),
    quoted && h("details", {}, h("summary", { "aria-label": "Quoted text" }, icon("dots", 16)), h("div", { class: "quoted" }, quoted)));
}
