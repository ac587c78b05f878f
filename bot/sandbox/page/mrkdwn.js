// Turns Slack's mrkdwn into elements; text only ever becomes text nodes, so nothing a customer writes can become markup.

import { h } from "./dom.js";
import { store, person, channelName } from "./store.js";
import { slackDate } from "./dates.js";

const EMOJI = {
  wave: "👋", white_check_mark: "✅", heavy_check_mark: "✔", x: "❌", warning: "⚠", rotating_light: "🚨", email: "✉", envelope: "✉",
  eyes: "👀", tada: "🎉", hourglass: "⌛", hourglass_flowing_sand: "⏳", large_green_circle: "🟢", large_yellow_circle: "🟡",
  red_circle: "🔴", large_blue_circle: "🔵", white_circle: "⚪", lock: "🔒", bell: "🔔", thumbsup: "👍", "+1": "👍", mag: "🔍",
  pencil2: "✏", speech_balloon: "💬", arrow_right: "→", information_source: "ℹ", fire: "🔥", sparkles: "✨", paperclip: "📎",
};

export const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
export const emoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);

/** plain_text objects: emoji names are drawn, nothing else is. */
export const plain = (object) => emoji(unescape(typeof object === "string" ? object : object?.text ?? ""));

export function textObject(object) {
  return object?.type === "mrkdwn" ? mrkdwn(object.text, object.verbatim) : [plain(object)];
}

export function mrkdwn(source) {
  const parts = String(source ?? "").split(/```/);
  const even = parts.length % 2 === 0;
  return parts.flatMap((part, at) => {
    const code = at % 2 === 1 && !(even && at === parts.length - 1);
    if (code) return [h("pre", {}, unescape(part).replace(/^\n|\n$/g, ""))];
    return lines(at % 2 === 1 ? "```" + part : part);
  });
}

/** Groups lines into quotes and plain runs. */
function lines(text) {
  const out = [];
  let quote = null;
  const rows = text.split("\n");
  rows.forEach((row, at) => {
    const match = /^(?:&gt;|>) ?(.*)$/.exec(row);
    if (match) {
      if (!quote) out.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...inline(match[1]));
      return;
    }
    const afterQuote = quote !== null;
    quote = null;
    if (at > 0 && !afterQuote) out.push(h("br"));
    if (row.startsWith("• ") || row.startsWith("- ")) out.push(h("span", { class: "bullet" }, ...inline(row.slice(2))));
    else out.push(...inline(row));
  });
  return tidied(out);
}

/** A bullet is a block of its own: the line breaks around it would be drawn twice. */
function tidied(nodes) {
  const bullet = (node) => node instanceof Element && node.className === "bullet";
  const lineBreak = (node) => node instanceof Element && node.tagName === "BR";
  return nodes.filter((node, at) => !(lineBreak(node) && (bullet(nodes[at - 1]) || bullet(nodes[at + 1]) || nodes[at + 1]?.tagName === "BLOCKQUOTE")));
}

const SPANS = [
  [/`([^`\n]+)`/, (inner) => h("code", {}, unescape(inner))],
  [/<([^<>\n]+)>/, (inner, all) => reference(inner, all)],
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/u, (inner) => h("strong", {}, ...inline(inner))],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*[^\s_])_(?![\p{L}\p{N}_])/u, (inner) => h("em", {}, ...inline(inner))],
  [/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*[^\s~])~(?![\p{L}\p{N}~])/u, (inner) => h("s", {}, ...inline(inner))],
];

function inline(text) {
  let first = null;
  for (const [pattern, build] of SPANS) {
    const match = pattern.exec(text);
    if (match && (first === null || match.index < first.match.index)) first = { match, build };
  }
  if (first === null) return text === "" ? [] : [emoji(unescape(text))];
  const { match, build } = first;
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return [...(before ? [emoji(unescape(before))] : []), build(match[1], match[0]), ...inline(after)];
}

/** What stands between < and >: a mention, a date, a link, or, when it is none of them, just these characters. */
function reference(inner, all) {
  const [target, label] = split(inner);
  if (target.startsWith("@")) return mention(`@${called(target.slice(1)) ?? unescape(label ?? target.slice(1))}`, target.slice(1) === store.user);
  if (target.startsWith("#")) return mention(`#${channelName(target.slice(1)) ?? unescape(label ?? target.slice(1))}`, false);
  if (target.startsWith("!date^")) return slackDate(target.slice(6).split("^"), unescape(label ?? ""));
  if (/^!(here|channel|everyone)$/.test(target)) return mention(`@${target.slice(1)}`, true);
  if (target.startsWith("!subteam^")) return mention(unescape(label ?? "@group"), false);
  return link(unescape(target), label === undefined ? undefined : inline(label), all);
}

function split(inner) {
  const at = inner.indexOf("|");
  return at < 0 ? [inner, undefined] : [inner.slice(0, at), inner.slice(at + 1)];
}

const called = (id) => person(id)?.real_name || store.slack.messages.find((one) => one.bot && one.user === id)?.name;
const mention = (text, mine) => h("span", { class: mine ? "mention mine" : "mention" }, text);

/** A link to http(s) or mailto; any other scheme stays text. Links to what this page holds open it here. */
export function link(url, label, all = url) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return document.createTextNode(unescape(all));
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", class: "link", on: { click: (event) => openHere(event, url) } }, ...[label ?? url].flat());
}

function openHere(event, url) {
  if (store.openLink?.(url)) event.preventDefault();
}
