// Dates as people read them: Slack's date tokens, message times, day lines and mail dates, all in local time.

import { h } from "./dom.js";

const form = (options) => new Intl.DateTimeFormat("en-GB", options);
const FORMS = {
  date_num: form({ year: "numeric", month: "2-digit", day: "2-digit" }),
  date: form({ day: "numeric", month: "long", year: "numeric" }),
  date_short: form({ day: "numeric", month: "short", year: "numeric" }),
  date_long: form({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  time: form({ hour: "2-digit", minute: "2-digit" }),
  time_secs: form({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  day: form({ weekday: "long", day: "numeric", month: "long" }),
  short: form({ day: "numeric", month: "short" }),
};

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const dayDistance = (date) => Math.round((startOfDay(date) - startOfDay(new Date())) / 86_400_000);
const NEAR = { "-1": "yesterday", 0: "today", 1: "tomorrow" };

function ago(date) {
  const minutes = Math.round((date.getTime() - Date.now()) / 60_000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 60 * 36) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}

function token(name, date) {
  if (name === "ago") return ago(date);
  if (name.endsWith("_pretty")) return NEAR[dayDistance(date)] ?? token(name.replace("_pretty", ""), date);
  return FORMS[name]?.format(date) ?? `{${name}}`;
}

/** `<!date^UNIX^FORMAT^LINK|FALLBACK>`; a date that cannot be read shows its fallback. */
export function slackDate([seconds, pattern = "{date} {time}"], fallback) {
  const date = new Date(Number(seconds) * 1000);
  if (!/^\d+$/.test(seconds) || Number.isNaN(date.getTime())) return document.createTextNode(fallback);
  const text = pattern.replace(/\{(\w+)\}/g, (_, name) => token(name, date));
  return h("time", { datetime: date.toISOString(), title: fallback || date.toString() }, text);
}

const ofTs = (ts) => new Date(Number(ts) * 1000);

export function messageTime(ts) {
  const date = ofTs(ts);
  return h("time", { class: "when", datetime: date.toISOString(), title: `${FORMS.date_long.format(date)} at ${FORMS.time_secs.format(date)}` }, FORMS.time.format(date));
}

export function dayOf(ts) {
  const date = ofTs(ts);
  const near = NEAR[dayDistance(date)];
  return near ? near[0].toUpperCase() + near.slice(1) : FORMS.day.format(date);
}

/** A mail's date: RFC 5322, ISO or epoch (seconds or milliseconds); what cannot be read is shown as it came. */
export function mailTime(value) {
  const number = Number(value);
  const date = new Date(value !== "" && Number.isFinite(number) ? (number > 1e11 ? number : number * 1000) : value);
  if (Number.isNaN(date.getTime())) return h("span", { class: "when" }, String(value ?? ""));
  const short = dayDistance(date) === 0 ? FORMS.time.format(date) : FORMS.short.format(date);
  return h("time", { class: "when", datetime: date.toISOString(), title: `${FORMS.date_long.format(date)} at ${FORMS.time_secs.format(date)}` }, short);
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
