// Builds elements and patches them into the page in place, so that typed text, selection and focus survive every update.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "hidden", "readOnly", "multiple", "required"]);

/** An element; `attrs` may hold attributes, `class`, `key`, and `on: {type: listener}`. Text children are always text. */
export function h(tag, attrs = {}, ...children) {
  const svg = tag === "svg" || tag === "path" || tag === "circle";
  const node = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") node._on = value;
    else if (name === "key") node._key = String(value);
    else if (name === "same") node._same = value;
    else if (name === "value" || name === "checked") continue;
    else if (PROPERTIES.has(name)) node.toggleAttribute(name.toLowerCase(), Boolean(value));
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  const inside = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
  if (inside.some((child) => child.build)) node._wanted = inside; // patched in when the element finds its place
  else node.append(...inside);
  setInitial(node, attrs ?? {});
  return node;
}

function setInitial(node, attrs) {
  if (attrs.value !== undefined && attrs.value !== null) {
    if (node.tagName === "OPTION") node.setAttribute("value", attrs.value);
    else if (node.tagName === "SELECT") node.value = attrs.value;
    else node.defaultValue = attrs.value;
    node._initial = String(attrs.value);
  }
  if (attrs.checked !== undefined) {
    node.defaultChecked = Boolean(attrs.checked);
    node._initial = Boolean(attrs.checked);
  }
}

/** An element that is only built when there is none with this key, or when `same` says that it has changed. */
export const lazy = (key, same, build) => ({ _key: String(key), _same: same, build });

function built(wanted) {
  const node = wanted.build();
  node._key = wanted._key;
  node._same = wanted._same;
  return node;
}

const isControl = (node) => ["INPUT", "TEXTAREA", "SELECT"].includes(node.tagName);

/** Makes the children of `host` look like `wanted` while keeping every element that is still there. */
export function patch(host, ...wanted) {
  const active = document.activeElement;
  children(host, wanted.flat(Infinity).filter(Boolean));
  if (active && active !== document.activeElement && active.isConnected && host.contains(active)) active.focus({ preventScroll: true });
}

const keyOf = (node) => node._key ?? null;
const matches = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b) && a.type === b.type;

function children(host, wanted) {
  const keys = new Set(wanted.map(keyOf).filter((key) => key !== null));
  const keyed = new Map();
  for (const child of [...host.childNodes]) {
    const key = keyOf(child);
    if (key === null) continue;
    if (keys.has(key)) keyed.set(key, child);
    else child.remove();
  }
  let here = host.firstChild;
  for (const one of wanted) {
    const key = keyOf(one);
    const old = key === null ? unkeyed(here, one) : keyed.get(key);
    const kept = one.build && old?._same === one._same;
    const next = kept ? old : one.build ? built(one) : one;
    if (old && matches(old, next)) {
      if (old === here) here = here.nextSibling;
      else host.insertBefore(old, here);
      node(old, next);
    } else {
      if (next._wanted) children(next, next._wanted);
      host.insertBefore(next, here);
      old?.remove();
      if (old === here) here = next.nextSibling;
    }
  }
  while (here) {
    const rest = here.nextSibling;
    here.remove();
    here = rest;
  }
}

function unkeyed(here, next) {
  return here && keyOf(here) === null && matches(here, next) ? here : null;
}

function node(old, next) {
  if (old === next) return;
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  old._on = next._on;
  if (next._same !== undefined && next._same === old._same) return;
  old._same = next._same;
  attributes(old, next);
  if (old.tagName === "TEXTAREA") return control(old, next);
  children(old, next._wanted ?? [...next.childNodes]);
  if (isControl(old)) control(old, next);
}

function attributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !(name === "open" && old.tagName === "DETAILS") && name !== "style") old.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes]) {
    if (name === "value" && isControl(old)) continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** A control keeps what the person put into it; only an untouched one follows a new initial value. */
function control(old, next) {
  if (next._initial === undefined || old._initial === next._initial) return;
  if (!old._touched && !old.isSameNode(document.activeElement)) {
    if (typeof next._initial === "boolean") old.checked = next._initial;
    else old.value = next._initial;
  }
  old._initial = next._initial;
}

export function setValue(element, value) {
  element.value = value;
  element._touched = value !== "";
}

/** One listener per event type for the whole page: handlers travel with the patched elements. */
export function listen() {
  const types = ["click", "input", "change", "keydown", "submit", "dragenter", "dragover", "dragleave", "drop", "focusin", "focusout"];
  for (const type of types) document.addEventListener(type, dispatch);
}

function dispatch(event) {
  if ((event.type === "input" || event.type === "change") && event.target instanceof Element) event.target._touched = true;
  for (let at = event.target; at && !event.cancelBubble; at = at.parentNode) at._on?.[event.type]?.(event, at);
}

export const classes = (...names) => names.filter(Boolean).join(" ");
