// What the page knows: who is looking, at what, and what the sandbox said last.

export const store = {
  user: "",
  channel: "",
  thread: "",
  side: "mail",
  slack: null,
  mail: null,
  linked: null,
  mailView: { kind: "list" },
  mailFilter: "all",
  newSince: {},
  dismissed: new Set(),
  render: () => {},
  refresh: async () => {},
  openLink: null,
};

export const person = (id) => store.slack?.users.find((one) => one.id === id);
export const me = () => person(store.user);
export const channel = (id = store.channel) => store.slack?.channels.find((one) => one.id === id);
export const channelName = (id) => channel(id)?.name;
export const nameOf = (id) => person(id)?.real_name || person(id)?.name || id;

const KEEP = "triage-sandbox";

/** The place is kept in the address (and, for a new tab, in the session), so that a reload comes back to it. */
export function remember() {
  const place = new URLSearchParams({ as: store.user, in: store.channel });
  if (store.thread) place.set("thread", store.thread);
  if (store.side === "mail" && store.mailView.kind === "thread") place.set("mail", store.mailView.id);
  const hash = `#${place}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
  sessionStorage.setItem(KEEP, hash);
}

export function recall() {
  const [, where, ts] = /^#([A-Z0-9]+)\/([\d.]+)$/.exec(location.hash) ?? [];
  if (where) Object.assign(store, { channel: where, arriveAt: ts });
  const place = new URLSearchParams((location.hash || sessionStorage.getItem(KEEP) || "").replace(/^#/, ""));
  if (where) return;
  store.user = place.get("as") ?? "";
  store.channel = place.get("in") ?? "";
  store.thread = place.get("thread") ?? "";
  store.side = store.thread ? "thread" : "mail";
  if (place.get("mail")) store.mailView = { kind: "thread", id: place.get("mail") };
}

/** People, with the ones who may act first. */
export function people() {
  const order = { member: 0, guest: 1, foreign: 2 };
  return [...(store.slack?.users ?? [])].filter((one) => order[one.kind] !== undefined).sort((a, b) => order[a.kind] - order[b.kind]);
}
