// The dark rail: workspace, channels with what is unread, direct messages, and who you are.

import { h, classes } from "./dom.js";
import { icon, avatar, appPicture } from "./icons.js";
import { store, people } from "./store.js";

const KINDS = { guest: "Guest", foreign: "Other org" };

export function rail({ goTo, become }) {
  const all = store.slack.channels;
  return [
    h("div", { class: "workspace", key: "workspace" },
      h("h1", {}, store.slack.team),
      h("p", { class: classes("presence", store.slack.connected && "on") },
        h("span", { class: "dot", "aria-hidden": "true" }), store.slack.connected ? "Triage is connected" : "Triage is not connected")),
    h("div", { class: "lists", key: "lists", inert: store.slack.view ? true : undefined },
      list("Channels", all.filter((one) => one.kind === "channel"), goTo),
      list("Direct messages", all.filter((one) => one.kind === "im"), goTo)),
    switcher(become),
  ];
}

function list(title, entries, goTo) {
  if (!entries.length) return null;
  const heading = `rail-${title.split(" ")[0].toLowerCase()}`;
  return h("section", { key: title },
    h("h2", { id: heading }, title),
    h("ul", { "aria-labelledby": heading }, entries.map((one) => row(one, goTo))));
}

function row(one, goTo) {
  const here = one.id === store.channel;
  const unread = here ? 0 : one.unread;
  const counted = unread && (one.mention || one.kind === "im");
  const said = unread ? `${one.name}, ${unread} unread` : one.name;
  return h("li", { key: one.id },
    h("button", {
      type: "button", class: classes("row", here && "here", unread && "unread"), "aria-current": here ? "page" : undefined, "data-channel": one.id,
      "aria-label": one.kind === "im" ? `Direct message, ${said}` : `Channel ${said}`, on: { click: () => goTo(one.id), keydown: alongRows },
    },
    one.kind === "im" ? appPicture("tiny") : icon("hash", 16),
    h("span", { class: "name" }, one.name),
    counted ? h("span", { class: "badge", "aria-hidden": "true" }, String(unread)) : unread ? h("span", { class: "fresh", "aria-hidden": "true" }) : null));
}

function alongRows(event, node) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = [...document.querySelectorAll("#rail .lists .row")];
  rows[rows.indexOf(node) + step]?.focus();
  event.preventDefault();
}

function switcher(become) {
  return h("section", { class: "people", key: "people" },
    h("h2", { id: "you-are" }, "You are"),
    h("div", { role: "radiogroup", "aria-labelledby": "you-are" }, people().map((one) => face(one, become))),
    h("p", { class: "where" }, "A sandbox: all of this runs on your machine."));
}

function face(one, become) {
  const mine = one.id === store.user;
  return h("button", {
    key: one.id, type: "button", role: "radio", "aria-checked": String(mine), tabindex: mine ? "0" : "-1", "data-person": one.id,
    class: classes("row person", mine && "here"), on: { click: () => become(one.id), keydown: (event, node) => alongFaces(event, node, become) },
  },
  avatar(one.real_name, one.id, "small"),
  h("span", { class: "name" }, one.real_name),
  KINDS[one.kind] ? h("span", { class: "tag" }, KINDS[one.kind]) : mine && icon("check", 14));
}

function alongFaces(event, node, become) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...node.parentNode.children];
  const next = all[(all.indexOf(node) + step + all.length) % all.length];
  next.focus();
  become(next.dataset.person);
}
