// The forms of the mailbox: a new mail, a customer's next mail, a colleague's answer, and .eml files.

import { h, classes } from "./dom.js";
import { icon } from "./icons.js";
import { draft, setDraft, field, forget } from "./drafts.js";
import { store } from "./store.js";
import { post } from "./api.js";
import { toast } from "./notes.js";
import { address, show } from "./mail.js";
import { EXAMPLES } from "./examples.js";

const NEW = "new";
let sending = false;
let example = 0;

/** The customers the mailbox knows, whatever shape they come in. */
function customers() {
  const all = (store.mail?.customers ?? []).map((one) => (typeof one === "string" ? address(one) : { name: one.name || one.email || one.address, mail: one.email ?? one.address }));
  return all.filter((one) => one.mail);
}

export function composeForm() {
  const known = customers();
  const chosen = draft("new/who") || (known[0]?.mail ?? NEW);
  const anew = chosen === NEW || !known.some((one) => one.mail === chosen);
  const submit = (event) => { event.preventDefault(); sendNew(anew, known.find((one) => one.mail === chosen)); };
  return h("form", { class: "mail-form", key: "compose", "aria-labelledby": "compose-title", on: { submit } },
    h("div", { class: "mail-head", key: "head" },
      h("button", { type: "button", class: "plain", "aria-label": "Back to the mailbox", on: { click: () => show({ kind: "list" }) } }, icon("back")),
      h("h2", { id: "compose-title" }, "Write as a customer"),
      h("button", { type: "button", class: "button", on: { click: fillExample } }, "Fill in an example")),
    h("div", { class: "form-body", key: "body" },
      whoField(known, anew ? NEW : chosen),
      anew && h("div", { class: "form-pair", key: "someone" },
        field("Name", "new/name", { placeholder: "Mia Sommer" }),
        field("Address", "new/from", { type: "email", placeholder: "mia@glashaus.example", required: true })),
      field("To", "new/to", { type: "email", value: store.mail?.mailbox }),
      field("Subject", "new/subject", { placeholder: "What is it about?" }),
      field("Message", "new/text", { rows: "12" }, "textarea")),
    formFoot("Send mail", () => show({ kind: "list" })));
}

function whoField(known, chosen) {
  const pick = (_, node) => { setDraft("new/who", node.value); store.render(); };
  return h("div", { class: "form-row", key: "who" },
    h("label", { for: "compose-who" }, "From"),
    h("span", { class: "select", key: "control" },
      h("select", { id: "compose-who", value: chosen, on: { change: pick } },
        h("option", { value: NEW, key: NEW }, "Someone new…"),
        known.map((one) => h("option", { value: one.mail, key: one.mail }, one.name === one.mail ? one.mail : `${one.name} <${one.mail}>`))),
      icon("down", 16)));
}

function formFoot(label, cancel) {
  return h("div", { class: "form-foot", key: "foot" },
    cancel && h("button", { type: "button", class: "button", on: { click: cancel } }, "Cancel"),
    h("button", { type: "submit", key: "go", class: classes("button primary", sending && "busy"), "aria-disabled": sending ? "true" : undefined }, h("span", { class: "label" }, label)));
}

/** Puts the next example into the form, as if it had been typed. */
function fillExample() {
  const { who, name, from, subject, text } = EXAMPLES[example % EXAMPLES.length];
  example += 1;
  setDraft("new/who", who ?? NEW);
  for (const [key, value] of Object.entries({ name, from, subject, text })) setDraft(`new/${key}`, value);
  store.mailView = { kind: "list" };
  store.render();
  show({ kind: "compose" });
}

async function deliver(path, body, done, forgetting) {
  if (sending) return;
  sending = true;
  store.render();
  const answer = await post(path, body);
  sending = false;
  if (answer.ok) {
    forget(forgetting);
    toast(done);
  } else toast(answer.error || "That mail could not be delivered.", "error");
  await store.refresh();
  return answer.ok;
}

async function sendNew(anew, customer) {
  const from = anew ? draft("new/from").trim() : customer.mail;
  if (!from) return toast("A mail needs an address it comes from.", "error");
  if (!draft("new/subject").trim() && !draft("new/text").trim()) return toast("Write a subject or a message first.", "error");
  const body = {
    from, name: anew ? draft("new/name").trim() : customer.name === customer.mail ? "" : customer.name,
    to: draft("new/to").trim() || store.mail.mailbox, subject: draft("new/subject").trim(), text: draft("new/text"),
  };
  if (await deliver("/ui/mail/compose", body, "Delivered. The bot reads the mailbox in a moment.", "new/")) show({ kind: "list" });
}

/** Under a conversation: write on as the customer, or answer from Gmail as a colleague would. */
export function answerForms(thread) {
  const mode = draft(`mode/${thread.id}`) || "customer";
  const key = `answer/${thread.id}/${mode}/text`;
  const tab = (value, label) => h("button", { type: "button", role: "tab", key: value, "aria-selected": String(mode === value), on: { click: () => { setDraft(`mode/${thread.id}`, value); store.render(); } } }, label);
  const who = address(thread.customer);
  const submit = (event) => { event.preventDefault(); (mode === "customer" ? sendAsCustomer : sendAsColleague)(thread, key, who); };
  return h("form", { class: "answer", key: `answer-${mode}`, on: { submit } },
    h("div", { class: "answer-tabs", role: "tablist", "aria-label": "Who writes" }, tab("customer", `Write as ${who.name}`), tab("colleague", "Answer from Gmail")),
    field(mode === "customer" ? `The next mail from ${who.mail}` : "A colleague answers in Gmail itself, past the bot", key, { rows: "3", placeholder: mode === "customer" ? "Any news?" : "I have just answered this one." }, "textarea"),
    formFoot(mode === "customer" ? "Send as customer" : "Send from Gmail", null));
}

async function sendAsCustomer(thread, key, who) {
  if (!draft(key).trim()) return toast("Write something first.", "error");
  const subject = /^re:/i.test(thread.subject) ? thread.subject : `Re: ${thread.subject}`;
  const body = { from: who.mail, name: who.name === who.mail ? "" : who.name, to: store.mail.mailbox, subject, text: draft(key), thread_id: thread.id };
  if (await deliver("/ui/mail/compose", body, `Delivered as ${who.name}.`, key)) emptied();
}

async function sendAsColleague(thread, key) {
  if (!draft(key).trim()) return toast("Write something first.", "error");
  if (await deliver("/ui/mail/colleague", { thread_id: thread.id, text: draft(key) }, "Sent from Gmail.", key)) emptied();
}

function emptied() {
  const box = document.querySelector(".answer textarea");
  if (!box) return;
  box.value = "";
  box._touched = false;
}

/** Each file goes in as it is; the sandbox says what it thinks of it. */
export async function deliverFiles(files) {
  for (const file of files) {
    if (!/\.eml$/i.test(file.name) && file.type !== "message/rfc822") {
      toast(`${file.name} is not an .eml file.`, "error");
      continue;
    }
    const answer = await post("/ui/mail/upload", file);
    toast(answer.ok ? `${file.name} was delivered.` : `${file.name}: ${answer.error}`, answer.ok ? "done" : "error");
  }
  await store.refresh();
}
