// Talks to the sandbox: reads state, sends what a person did, and keeps the live link.

async function answer(request) {
  try {
    const response = await request;
    const body = await response.json().catch(() => ({}));
    // A refusal that came as a proper answer is also among the person's notes: `told` says so.
    if (response.ok) return { ok: true, error: "", told: body.ok === false, ...body };
    return { ...body, ok: false, error: body.error || `The sandbox answered ${response.status}.` };
  } catch {
    return { ok: false, error: "The sandbox cannot be reached. Is it still running?" };
  }
}

export function post(path, body) {
  const raw = body instanceof Blob;
  return answer(fetch(path, {
    method: "POST",
    headers: { "Content-Type": raw ? "message/rfc822" : "application/json" },
    body: raw ? body : JSON.stringify(body),
  }));
}

export async function read(path, query = {}) {
  const wanted = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  const response = await fetch(`${path}?${wanted}`);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

const FIRST_WAIT = 400;
const LONGEST_WAIT = 8000;

/** Calls `changed()` on every change and `linked(up)` when the link comes or goes; tries again for ever, ever less often. */
export function live(changed, linked) {
  let wait = FIRST_WAIT;
  const open = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ui/live`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT;
      linked(true);
      changed();
    });
    socket.addEventListener("message", () => changed());
    socket.addEventListener("close", () => {
      linked(false);
      setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };
  open();
}

/** Runs `work` at most once at a time; a call meanwhile waits for one more run, which begins `pause` ms after this one. */
export function coalesced(work, pause = 60) {
  let current = null;
  let next = null;
  const start = () => {
    current = work().finally(() => { current = null; });
    return current;
  };
  const later = async () => {
    await current;
    await new Promise((done) => setTimeout(done, pause));
    next = null;
    return start();
  };
  return () => next ?? (current ? (next = later()) : start());
}
