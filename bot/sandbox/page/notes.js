// Short notes in the corner: what went wrong, what was done; they leave by themselves or when told to.

import { h, patch } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { store } from "./store.js";

const LASTING = 8000;
let toasts = [];
let count = 0;

export function toast(text, kind = "done") {
  const note = { id: `local-${(count += 1)}`, text, kind };
  toasts = [...toasts.filter((one) => one.text !== text), note].slice(-4);
  drawNotes();
  setTimeout(() => dismiss(note.id), LASTING);
}

function dismiss(id) {
  toasts = toasts.filter((one) => one.id !== id);
  store.dismissed.add(id);
  drawNotes();
}

const timed = new Set();

function fromSandbox() {
  const notes = (store.slack?.notes ?? []).filter((one) => !store.dismissed.has(one.id));
  for (const note of notes) {
    if (timed.has(note.id)) continue;
    timed.add(note.id);
    setTimeout(() => dismiss(note.id), LASTING);
  }
  return notes.map((one) => ({ ...one, kind: "error" }));
}

export function drawNotes() {
  patch(document.getElementById("notes"), [...fromSandbox(), ...toasts].map((note) =>
    h("div", { key: note.id, class: `note ${note.kind}` },
      icon(note.kind === "error" ? "warn" : "check", 18),
      h("span", {}, plain(note.text)),
      h("button", { type: "button", "aria-label": "Dismiss", on: { click: () => dismiss(note.id) } }, icon("close", 15)))));
}
