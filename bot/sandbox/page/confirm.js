// Asks "are you sure?" as a Block Kit confirm object words it.

import { h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";

/** Resolves to true when there is nothing to ask or the person agreed. The focus returns to `anchor`. */
export function confirmed(spec, anchor) {
  if (!spec) return Promise.resolve(true);
  const dialog = document.getElementById("confirm");
  return new Promise((resolve) => {
    const done = (agreed) => () => {
      dialog.returnValue = agreed ? "yes" : "";
      dialog.close();
    };
    dialog.replaceChildren(
      h("h2", { id: "confirm-title" }, plain(spec.title)),
      h("div", { class: "prose" }, ...textObject(spec.text)),
      h("div", { class: "footer" },
        h("button", { type: "button", class: "button", on: { click: done(false) } }, plain(spec.deny) || "Cancel"),
        h("button", { type: "button", class: `button ${spec.style === "danger" ? "danger solid" : "primary"}`, autofocus: true, on: { click: done(true) } }, plain(spec.confirm) || "Yes")));
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      anchor?.isConnected && anchor.focus();
      resolve(dialog.returnValue === "yes");
    }, { once: true });
    dialog.showModal();
  });
}
