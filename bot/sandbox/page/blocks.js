// Draws Block Kit blocks as Slack would.

import { h, classes } from "./dom.js";
import { element } from "./elements.js";
import { plain, textObject, mrkdwn, emoji, link } from "./mrkdwn.js";
import { person, channelName } from "./store.js";

const unknown = (block) => h("div", { class: "block unknown" }, `(${block.type} cannot be shown here)`);
const divider = () => h("hr", { class: "block" });
const header = (block) => h("h3", { class: "block header" }, plain(block.text));

const DRAW = { section, header, context, actions, divider, input, image, rich_text };

/** `place`: id (of the message or view), act(action), dispatch, errors, kept. */
export function blocks(list, place) {
  return list.map((block, at) => {
    const id = block.block_id || `block-${at}`;
    const here = { ...place, block: id };
    const body = (DRAW[block.type] ?? unknown)(block, here);
    body._key = place.keyed === "block" ? `${block.type}:${id}` : `${block.type}:${at}`;
    return body;
  });
}

function section(block, place) {
  return h("div", { class: classes("block section", block.accessory && "with-accessory") },
    h("div", { class: "body" },
      block.text && h("div", { class: "prose" }, ...textObject(block.text)),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field" }, ...textObject(field))))),
    block.accessory && h("div", { class: "accessory" }, element(block.accessory, { ...place, dispatch: true })));
}

function context(block) {
  return h("div", { class: "block context" },
    block.elements.map((part) => (part.type === "image" ? h("span", { class: "picture", role: "img", "aria-label": part.alt_text }) : h("span", {}, ...textObject(part)))));
}

function actions(block, place) {
  return h("div", { class: "block actions", role: "group", "aria-label": place.actionsLabel ?? "Actions" },
    block.elements.map((one) => element(one, { ...place, dispatch: true })));
}

/** Pictures are never fetched: the page loads nothing from elsewhere. */
function image(block) {
  return h("figure", { class: "block image" }, h("div", { class: "picture", role: "img", "aria-label": block.alt_text }, block.alt_text), block.title && h("figcaption", {}, plain(block.title)));
}

const GROUPS = new Set(["checkboxes", "radio_buttons", "multi_static_select", "multi_users_select"]);

function input(block, place) {
  const control = `in-${place.id}-${place.block}`.replace(/[^\w-]/g, "_");
  const error = place.errors?.[place.block];
  const label = plain(block.label);
  const described = [error && `${control}-error`, block.hint && `${control}-hint`].filter(Boolean).join(" ");
  const aria = { "aria-describedby": described || undefined, "aria-invalid": error ? "true" : undefined, "aria-required": block.optional ? undefined : "true" };
  const group = GROUPS.has(block.element.type);
  return h("div", { class: classes("block input", error && "invalid"), "data-input": place.block, "data-optional": block.optional ? "" : undefined },
    h(group ? "span" : "label", { class: "label", for: group ? undefined : control }, label, block.optional && h("span", { class: "optional" }, " (optional)")),
    element(block.element, { ...place, control, label, aria, dispatch: Boolean(block.dispatch_action) }),
    error && h("div", { class: "error", id: `${control}-error`, role: "alert" }, plain(error)),
    block.hint && h("div", { class: "hint", id: `${control}-hint` }, plain(block.hint)));
}

function rich_text(block) {
  return h("div", { class: "block rich" }, (block.elements ?? []).map(richPart));
}

function richPart(part) {
  const inner = () => (part.elements ?? []).map(richPart);
  if (part.type === "rich_text_quote") return h("blockquote", {}, inner());
  if (part.type === "rich_text_preformatted") return h("pre", {}, inner());
  if (part.type === "rich_text_list") return h(part.style === "ordered" ? "ol" : "ul", {}, (part.elements ?? []).map((one) => h("li", {}, richPart(one))));
  if (part.type === "rich_text_section") return h("div", { class: "prose" }, inner());
  return richInline(part);
}

function richInline(part) {
  if (part.type === "user") return h("span", { class: "mention" }, `@${person(part.user_id)?.name ?? part.user_id}`);
  if (part.type === "channel") return h("span", { class: "mention" }, `#${channelName(part.channel_id) ?? part.channel_id}`);
  if (part.type === "emoji") return document.createTextNode(emoji(`:${part.name}:`));
  if (part.type === "link") return link(part.url, part.text);
  if (part.type !== "text") return document.createTextNode("");
  const style = part.style ?? {};
  let out = document.createTextNode(part.text);
  for (const [name, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) if (style[name]) out = h(tag, {}, out);
  return out;
}

/** A message without blocks is its text. */
export const textBody = (text) => h("div", { class: "block prose" }, ...mrkdwn(text));
