// Keeps half-written text per place, so that walking away and coming back finds it again.

import { h } from "./dom.js";

const kept = new Map();

export const draft = (key) => kept.get(key) ?? "";
export const setDraft = (key, text) => (text ? kept.set(key, text) : kept.delete(key));

export function forget(prefix) {
  for (const key of [...kept.keys()]) if (key.startsWith(prefix)) kept.delete(key);
}

/** A labelled field whose text is kept under `key` as it is typed. */
export function field(label, key, attrs = {}, tag = "input") {
  const id = `f-${key}`.replace(/[^\w-]/g, "_");
  const keepIt = (_, node) => setDraft(key, node.value);
  return h("div", { class: "form-row", key },
    h("label", { for: id }, label),
    h(tag, { id, key: "control", class: "text", autocomplete: "off", value: kept.get(key) ?? attrs.value ?? "", ...omit(attrs), on: { input: keepIt, ...attrs.on } }));
}

const omit = ({ value: _value, on: _on, ...rest }) => rest;
