// The box one types into: messages, thread replies and slash commands with their completions.

import { h, setValue, classes } from "./dom.js";
import { icon } from "./icons.js";
import { draft, setDraft } from "./drafts.js";
import { store } from "./store.js";
import { post } from "./api.js";
import { toast } from "./notes.js";

let marked = -1;

export function composer({ channel, thread = "", placeholder, id }) {
  const key = `${store.user}/${channel}/${thread}`;
  const hints = thread ? [] : completions(draft(key));
  const send = (node) => sendText(node, key, channel, thread);
  const typed = (_, node) => {
    const drewHints = hints.length > 0;
    setDraft(key, node.value);
    marked = -1;
    grow(node);
    if (drewHints || node.value.startsWith("/") || node.value.length < 2) store.render();
  };
  return h("form", { class: "composer", key, on: { submit: (event, form) => { event.preventDefault(); send(form.querySelector("textarea")); } } },
    hints.length > 0 && hintList(hints, key),
    h("div", { class: "box", key: "box" },
      h("textarea", {
        id, key: "text", rows: "1", value: draft(key), placeholder, "aria-label": placeholder, "aria-expanded": hints.length ? "true" : undefined,
        "aria-controls": hints.length ? "hints" : undefined, "aria-activedescendant": marked >= 0 && marked < hints.length ? `hint-${marked}` : undefined,
        on: { input: typed, keydown: (event, node) => keydown(event, node, { hints, key, send }) },
      }),
      h("button", { type: "submit", key: "send", class: classes("send", draft(key).trim() && "ready"), "aria-label": "Send", title: "Send (Enter)" }, icon("send", 17))));
}

function grow(node) {
  node.style.height = "auto";
  node.style.height = `${Math.min(node.scrollHeight, 180)}px`;
}

function keydown(event, node, { hints, key, send }) {
  const moving = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (hints.length && moving) {
    marked = (Math.max(marked, moving > 0 ? -1 : 0) + moving + hints.length) % hints.length;
    event.preventDefault();
    return store.render();
  }
  if (hints.length && (event.key === "Tab" || (event.key === "Enter" && marked >= 0)) && !event.shiftKey) {
    const pick = hints[Math.max(marked, 0)];
    if (node.value !== pick.text) {
      event.preventDefault();
      return complete(node, key, pick);
    }
  }
  if (event.key === "Escape" && hints.length) {
    event.stopPropagation();
    setValue(node, "");
    setDraft(key, "");
    return store.render();
  }
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send(node);
  }
}

function complete(node, key, pick) {
  marked = -1;
  setValue(node, pick.text);
  setDraft(key, pick.text);
  node.focus();
  store.render();
}

async function sendText(node, key, channel, thread) {
  const text = node.value.trim();
  if (!text) return;
  setValue(node, "");
  setDraft(key, "");
  marked = -1;
  grow(node);
  store.render();
  const command = text.startsWith("/") && !thread;
  const answer = command
    ? await post("/ui/slash", { user: store.user, channel, text })
    : await post("/ui/say", { user: store.user, channel, text, ...(thread ? { thread_ts: thread } : {}) });
  if (!answer.ok) {
    if (!answer.told) toast(answer.error || "That could not be sent.", "error");
    if (!node.value) {
      setValue(node, text);
      setDraft(key, text);
    }
  }
  await store.refresh();
}

/** Every command of the app and the words its hint names, as far as they continue what was typed. */
function completions(typed) {
  if (!/^\/[^\n]*$/.test(typed)) return [];
  const commands = store.slack.commands ?? [];
  const all = commands.flatMap((one) => [
    { text: one.command, note: one.description ?? "" },
    ...(one.usage_hint ?? "").replace(/^\[(.*)\]$/, "$1").split("|").map((word) => word.trim()).filter(Boolean)
      .map((word) => ({ text: `${one.command} ${word.replace(/\s*\[.*\]/, "")}`, note: word.includes("[") ? word : "" })),
  ]);
  return all.filter((one) => one.text.startsWith(typed.trimEnd()) && one.text !== typed.trimEnd()).slice(0, 8);
}

function hintList(hints, key) {
  return h("div", { class: "hints", id: "hints", role: "listbox", key: "hints", "aria-label": "Commands" },
    hints.map((hint, at) => h("button", {
      type: "button", role: "option", id: `hint-${at}`, tabindex: "-1", key: hint.text, "aria-selected": String(at === marked), class: at === marked ? "marked" : undefined,
      on: { click: (_, node) => complete(node.closest("form").querySelector("textarea"), key, hint) },
    }, h("strong", {}, hint.text), hint.note && h("span", {}, hint.note))));
}
