// The page's few line icons, drawn from a table of paths.

import { h } from "./dom.js";

const PATHS = {
  hash: "M9 4 7.5 20M16.5 4 15 20M4.5 9h16M3.5 15h16",
  mail: "M3.5 6.5h17v12h-17zM4 7l8 6.5L20 7",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.5 5.5 8 12l6.5 6.5",
  down: "M6.5 9.5 12 15l5.5-5.5",
  reply: "M4 5.5h16v10.5h-8.5L7 20v-4H4z",
  send: "M4.5 12 3.5 4.8 20.5 12 3.5 19.2zM4.5 12h7",
  clip: "M19 11.5 12 18.4a4.2 4.2 0 0 1-6-6l7.6-7.5a2.8 2.8 0 0 1 4 4l-7.5 7.4a1.4 1.4 0 0 1-2-2l6.6-6.5",
  upload: "M12 15.5V4.5M7.5 8.5 12 4l4.5 4.5M4.5 15v4.5h15V15",
  pen: "M4.5 19.5l1-4.5L16.5 4l3.5 3.5L9 18.5zM14 6.5 17.5 10",
  lock: "M6 11h12v8.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  warn: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 16.6v.6",
  eye: "M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  dots: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  out: "M19 19v-4.5a4 4 0 0 0-4-4H5M9.5 6 5 10.5 9.5 15",
  check: "M5 12.5 10 17.5 19.5 7",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M16 4.8a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.2 2.500 3.5 5",
};

export function icon(name, size = 18) {
  const heavy = name === "dots" ? 2.8 : 1.7;
  return h("svg", { class: "icon", viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", focusable: "false" },
    h("path", { d: PATHS[name], fill: "none", stroke: "currentColor", "stroke-width": heavy, "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

/** The app's own picture: an envelope with a tick. */
export function appPicture(extra = "") {
  return h("span", { class: `avatar app ${extra}`, "aria-hidden": "true" },
    h("svg", { viewBox: "0 0 24 24", width: "62%", height: "62%", "aria-hidden": "true" },
      h("path", { d: "M3.5 6h17v12.500h-17zM4 6.700l8 6.300 8-6.300", fill: "none", stroke: "currentColor", "stroke-width": "1.9", "stroke-linejoin": "round", "stroke-linecap": "round" })));
}

const TONES = 6;

/** A person's initials on a colour that stays theirs. */
export function avatar(name, id, extra = "") {
  const words = String(name || "?").replace(/[^\p{L}\p{N}\s]/gu, "").trim().split(/\s+/);
  const letters = (words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] ?? "?").slice(0, 1)).toUpperCase() || "?";
  let sum = 0;
  for (const letter of String(id || name)) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  return h("span", { class: `avatar tone${sum % TONES} ${extra}`, "aria-hidden": "true" }, letters);
}
