// Draws Block Kit's interactive elements with native controls, and reads back what a person put into them.

import { h, classes } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import { people, store } from "./store.js";
import { openMenu } from "./menu.js";
import { confirmed } from "./confirm.js";
import { icon } from "./icons.js";

const optionText = (option) => plain(option.text);
const busy = new Set();

/** The buttons of a message or view that wait for an answer. */
export const busyIn = (id) => [...busy].filter((one) => one.startsWith(`${id}/`)).join();

/** One element of a section, actions or input block. `place` says where it stands and what to do with an action. */
export function element(spec, place) {
  const draw = DRAW[spec.type];
  return draw ? draw(spec, place) : h("span", { class: "unknown" }, `(${spec.type})`);
}

const DRAW = {
  button,
  overflow,
  static_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: textInput,
  checkboxes: choices,
  radio_buttons: choices,
  datepicker: (spec, place) => moment(spec, place, "date", spec.initial_date),
  timepicker: (spec, place) => moment(spec, place, "time", spec.initial_time),
  image: (spec) => h("span", { class: "picture", role: "img", "aria-label": spec.alt_text }, spec.alt_text),
};

const name = (spec, place) => ({ "data-block": place.block, "data-action": spec.action_id, "data-type": spec.type });
const kept = (spec, place) => place.kept?.[place.block]?.[spec.action_id];

function button(spec, place) {
  const id = `${place.id}/${place.block}/${spec.action_id}/${spec.value ?? ""}`;
  const press = async (event, node) => {
    if (spec.url) return openUrl(event, spec, place);
    if (!(await confirmed(spec.confirm, node))) return;
    busy.add(id);
    store.render();
    await place.act({ action_id: spec.action_id, block_id: place.block, value: spec.value ?? "" });
    busy.delete(id);
    store.render();
  };
  const waiting = busy.has(id);
  return h(spec.url ? "a" : "button", {
    key: spec.action_id, class: classes("button", spec.style, waiting && "busy"), href: spec.url, target: spec.url && "_blank", rel: spec.url && "noopener noreferrer",
    type: spec.url ? undefined : "button", "aria-label": spec.accessibility_label, "aria-disabled": waiting ? "true" : undefined,
    "data-action": spec.action_id, on: { click: (event, node) => (waiting ? event.preventDefault() : press(event, node)) },
  }, h("span", { class: "label" }, plain(spec.text)), spec.url && icon("out", 14));
}

function openUrl(event, spec, place) {
  if (!/^https?:\/\//i.test(spec.url)) event.preventDefault();
  else if (store.openLink?.(spec.url)) event.preventDefault();
  place.act({ action_id: spec.action_id, block_id: place.block, value: spec.value ?? "" });
}

function overflow(spec, place) {
  const choose = async (option, node) => {
    if (await confirmed(spec.confirm, node)) await place.act({ action_id: spec.action_id, block_id: place.block, selected_option: option });
  };
  const open = (_, node) => openMenu(node, spec.options.map((option) => ({ text: optionText(option), run: () => choose(option, node) })));
  return h("button", { key: spec.action_id, class: "button overflow", type: "button", "aria-haspopup": "menu", "aria-label": "More actions", "data-action": spec.action_id, on: { click: open } }, icon("dots"));
}

/** The options a select offers; people and channels are options too. */
function offered(spec) {
  if (spec.type.includes("users")) return people().map((one) => ({ value: one.id, text: one.real_name || one.name }));
  if (spec.type.includes("conversations") || spec.type.includes("channels")) {
    return store.slack.channels.filter((one) => one.kind === "channel").map((one) => ({ value: one.id, text: `#${one.name}` }));
  }
  const all = spec.options ?? (spec.option_groups ?? []).flatMap((group) => group.options);
  return all.map((option) => ({ value: option.value, text: optionText(option), option }));
}

const initialChoice = (spec) =>
  spec.initial_user ?? spec.initial_conversation ?? spec.initial_channel ?? spec.initial_option?.value ?? "";

function select(spec, place) {
  const options = offered(spec);
  const value = kept(spec, place) ?? initialChoice(spec);
  const changed = (_, node) => place.dispatch && node.value && place.act({ action_id: spec.action_id, block_id: place.block, ...chosen(spec, node.value) });
  return h("span", { key: spec.action_id, class: "select" },
    h("select", { id: place.control, ...name(spec, place), value, "aria-label": place.label ? undefined : plain(spec.placeholder) || spec.action_id, ...place.aria, on: { change: changed } },
      h("option", { value: "", key: "" }, plain(spec.placeholder) || "Choose…"),
      options.map((option) => h("option", { value: option.value, key: option.value }, option.text))),
    icon("down", 16));
}

function chosen(spec, value) {
  if (spec.type.includes("users")) return { selected_user: value };
  if (spec.type.includes("conversations")) return { selected_conversation: value };
  if (spec.type.includes("channels")) return { selected_channel: value };
  return { selected_option: offered(spec).find((option) => option.value === value)?.option ?? null };
}

function multiSelect(spec, place) {
  const initial = kept(spec, place) ?? spec.initial_users ?? (spec.initial_options ?? []).map((option) => option.value);
  return ticks(spec, place, "checkbox", offered(spec), initial, "scroll");
}

function choices(spec, place) {
  const initial = kept(spec, place) ?? [...(spec.initial_options ?? []), ...(spec.initial_option ? [spec.initial_option] : [])].map((option) => option.value);
  const options = spec.options.map((option) => ({ value: option.value, text: optionText(option), option }));
  return ticks(spec, place, spec.type === "checkboxes" ? "checkbox" : "radio", options, initial, "");
}

function ticks(spec, place, type, options, initial, extra) {
  const changed = (_, node) => {
    const group = node.closest("[data-group]");
    if (place.dispatch) place.act({ action_id: spec.action_id, block_id: place.block, ...groupValue(spec, checkedIn(group)) });
  };
  return h("div", { key: spec.action_id, class: classes("ticks", extra), role: type === "radio" ? "radiogroup" : "group", "data-group": "", ...name(spec, place), "aria-label": place.label, ...place.aria },
    options.map(({ value, text, option }) => h("label", { key: value, class: "tick" },
      h("input", { type, name: `${place.id}/${place.block}/${spec.action_id}`, "data-value": value, checked: initial.includes(value), on: { change: changed } }),
      h("span", {}, ...(option?.text?.type === "mrkdwn" ? textObject(option.text) : [text]),
        option?.description && h("small", {}, ...textObject(option.description))))));
}

function textInput(spec, place) {
  const value = kept(spec, place) ?? initialText(spec);
  const many = spec.multiline || spec.type === "rich_text_input";
  const type = { email_text_input: "email", url_text_input: "url", number_input: "number" }[spec.type] ?? "text";
  return h(many ? "textarea" : "input", {
    key: spec.action_id, id: place.control, class: "text", type: many ? undefined : type, ...name(spec, place), value,
    rows: many ? String(Math.min(14, Math.max(3, rowsOf(value)))) : undefined, placeholder: plain(spec.placeholder) || undefined,
    "data-min": spec.min_length, "data-max": spec.max_length, autocomplete: "off", "aria-label": place.label ? undefined : spec.action_id, ...place.aria,
  });
}

const rowsOf = (text) => String(text).split("\n").reduce((sum, line) => sum + 1 + Math.floor(line.length / 68), 1);
const initialText = (spec) => (typeof spec.initial_value === "object" ? richText(spec.initial_value) : spec.initial_value) ?? "";
const richText = (node) => node?.text ?? (node?.elements ?? []).map(richText).join(node?.type === "rich_text" ? "\n" : "");

function moment(spec, place, type, initial) {
  const changed = (_, node) => place.dispatch && place.act({ action_id: spec.action_id, block_id: place.block, [`selected_${type}`]: node.value });
  return h("input", { key: spec.action_id, id: place.control, class: "text narrow", type, ...name(spec, place), value: kept(spec, place) ?? initial ?? "", ...place.aria, on: { change: changed } });
}

const checkedIn = (group) => [...group.querySelectorAll("input:checked")].map((input) => input.dataset.value);

function groupValue(spec, values) {
  if (spec.type === "multi_users_select") return { selected_users: values };
  const all = spec.options ?? (spec.option_groups ?? []).flatMap((group) => group.options);
  const options = all.filter((option) => values.includes(option.value));
  return spec.type === "radio_buttons" ? { selected_option: options[0] ?? null } : { selected_options: options };
}

function valueOf(spec, node) {
  if (node.dataset.group !== undefined) return { type: spec.type, ...groupValue(spec, checkedIn(node)) };
  if (node.tagName === "SELECT") return { type: spec.type, ...(node.value ? chosen(spec, node.value) : empty(spec)) };
  if (spec.type === "rich_text_input") return { type: spec.type, rich_text_value: node.value ? asRichText(node.value) : null };
  const field = { datepicker: "selected_date", timepicker: "selected_time" }[spec.type] ?? "value";
  return { type: spec.type, [field]: node.value === "" ? null : node.value };
}

const empty = (spec) => Object.fromEntries(Object.keys(chosen(spec, "")).map((key) => [key, null]));
const asRichText = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });

function specs(blocks) {
  const found = new Map();
  for (const block of blocks ?? []) {
    for (const spec of [block.element, block.accessory, ...(block.type === "actions" ? block.elements : [])].filter(Boolean)) {
      found.set(`${block.block_id}\n${spec.action_id}`, spec);
    }
  }
  return found;
}

/** Slack's `state.values` of the controls under `root`, as their `blocks` describe them. */
export function collect(root, blocks) {
  const found = specs(blocks);
  const values = {};
  for (const node of root.querySelectorAll("[data-block][data-type]")) {
    const spec = found.get(`${node.dataset.block}\n${node.dataset.action}`);
    if (spec) (values[node.dataset.block] ??= {})[node.dataset.action] = valueOf(spec, node);
  }
  return values;
}

/** What stands in the controls under `root`, to put it back when the same view is shown again. */
export function keep(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-block][data-type]")) {
    (values[node.dataset.block] ??= {})[node.dataset.action] = node.dataset.group !== undefined ? checkedIn(node) : node.value;
  }
  return values;
}
