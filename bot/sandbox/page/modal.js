// The modal of the person who looks: drawn over Slack but not over the mailbox, so that life goes on beside it.

import { h, patch, classes } from "./dom.js";
import { blocks } from "./blocks.js";
import { collect, keep } from "./elements.js";
import { icon, appPicture } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { store } from "./store.js";
import { post } from "./api.js";

const REQUIRED = "Please fill this in.";
const typed = new Map();
let shown = null;
let trouble = { id: "", errors: {}, message: "" };
let sending = false;
let opener = null;

const layer = () => document.getElementById("view-layer");
const form = () => layer().querySelector("form");

export function drawModal() {
  const view = store.slack?.view ?? null;
  const changed = (view?.id ?? null) !== (shown?.id ?? null);
  if (changed) leave();
  if (changed && view && !shown) opener = document.activeElement;
  const hadOne = shown !== null;
  shown = view;
  patch(layer(), view ? dialog(view) : null);
  layer().classList.toggle("open", Boolean(view));
  if (view && changed) focusFirst();
  if (!view && hadOne) giveBack();
}

/** Remembers what was typed into the view that is going out of sight: it may come back. */
function leave() {
  if (shown && form()) typed.set(shown.id, keep(form()));
}

function giveBack() {
  const target = opener?.isConnected && !opener.closest("[inert]") ? opener : document.getElementById("composer");
  opener = null;
  target?.focus();
}

function focusFirst() {
  const first = form().querySelector(".view-body :is(input, textarea, select)") ?? form().querySelector(".view-body button, .view-body a") ?? form().querySelector(".footer button");
  first?.focus();
}

function dialog(view) {
  const problem = trouble.id === view.id ? trouble : { errors: view.errors ?? {}, message: "" };
  const place = { id: view.id, keyed: "block", errors: problem.errors, kept: typed.get(view.id), act: (action) => act(view, action) };
  return h("form", {
    key: view.id, class: "view", role: "dialog", "aria-labelledby": "view-title", novalidate: true, "data-view": view.id,
    on: { submit: (event) => { event.preventDefault(); submit(view); }, keydown: quickSubmit },
  },
  h("header", {},
    view.stack > 1 ? h("button", { type: "button", key: "back", class: "plain", "aria-label": "Back", on: { click: () => close(view) } }, icon("back")) : appPicture("small"),
    h("h2", { id: "view-title" }, plain(view.title)),
    h("button", { type: "button", key: "close", class: "plain", "aria-label": "Close", on: { click: () => close(view) } }, icon("close"))),
  h("div", { class: "view-body", key: "body" },
    problem.message && h("div", { class: "trouble", role: "alert", key: "trouble" }, icon("warn"), problem.message),
    blocks(view.blocks, place)),
  h("div", { class: "footer", key: "footer" },
    h("span", { class: "only-you" }, icon("lock", 14), "Only you see this"),
    h("button", { type: "button", key: "cancel", class: "button", on: { click: () => close(view) } }, plain(view.close) || "Close"),
    view.submit && h("button", { type: "submit", key: "submit", class: classes("button primary", sending && "busy"), "aria-disabled": sending ? "true" : undefined },
      h("span", { class: "label" }, plain(view.submit)))));
}

function quickSubmit(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form().requestSubmit();
  }
}

/** What Slack itself checks before it asks the app. */
function missing(view) {
  const errors = {};
  for (const block of view.blocks.filter((one) => one.type === "input")) {
    const text = Object.values(collect(form(), [block])[block.block_id] ?? {})[0];
    const given = Object.entries(text ?? {}).find(([name]) => name !== "type")?.[1];
    const value = typeof given === "string" ? given : "";
    const { min_length: least = 0, max_length: most = 3000 } = block.element;
    if (!block.optional && (!given || given.length === 0 || (typeof given === "string" && !given.trim()))) errors[block.block_id] = REQUIRED;
    else if (value && value.length < least) errors[block.block_id] = `At least ${least} characters, please.`;
    else if (value.length > most) errors[block.block_id] = `At most ${most} characters: this is ${value.length}.`;
  }
  return errors;
}

async function submit(view) {
  if (sending) return;
  const errors = missing(view);
  if (Object.keys(errors).length) return complain(view, { errors });
  sending = true;
  trouble = { id: "", errors: {}, message: "" };
  drawModal();
  const answer = await post("/ui/submit", { user: store.user, view_id: view.id, values: collect(form(), view.blocks) });
  sending = false;
  if (answer.ok) {
    typed.delete(view.id);
    await store.refresh();
    return drawModal();
  }
  complain(view, { errors: answer.errors ?? {}, message: answer.errors ? "" : answer.error || "That did not work. Nothing was lost; please try again." });
}

function complain(view, { errors = {}, message = "" }) {
  trouble = { id: view.id, errors, message };
  drawModal();
  const first = layer().querySelector(".invalid :is(input, textarea, select)");
  (first ?? layer().querySelector(".trouble"))?.scrollIntoView({ block: "nearest" });
  first?.focus();
}

export async function close(view = shown) {
  if (!view) return;
  await post("/ui/close", { user: store.user, view_id: view.id });
  typed.delete(view.id);
  await store.refresh();
}

async function act(view, action) {
  const values = form() ? collect(form(), view.blocks) : {};
  const answer = await post("/ui/action", { user: store.user, container: "view", view_id: view.id, values, ...action });
  if (!answer.ok) complain(view, { message: answer.error || "The app did not answer. Please try again." });
  await store.refresh();
}

/** Esc closes the modal, unless it was meant for the mailbox or a menu. */
export function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || !shown) return;
  if (event.target.closest?.("#side, .menu, dialog, .people")) return;
  event.preventDefault();
  close();
}
