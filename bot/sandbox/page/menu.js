// A small menu under a button: arrow keys, Home, End, Enter, Esc; it gives the focus back.

import { h } from "./dom.js";

let open = null;

export function openMenu(anchor, entries) {
  closeMenu();
  const menu = h("div", { class: "menu", role: "menu" },
    entries.map((entry) => h("button", { type: "button", role: "menuitem", tabindex: "-1", on: { click: () => { closeMenu(); entry.run(); } } }, entry.text)));
  menu._on = { keydown };
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  menu.style.top = `${Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8)}px`;
  menu.style.left = `${Math.min(box.left, innerWidth - menu.offsetWidth - 8)}px`;
  anchor.setAttribute("aria-expanded", "true");
  open = { menu, anchor };
  menu.firstChild?.focus();
  addEventListener("pointerdown", outside, true);
}

function closeMenu() {
  if (!open) return;
  const { menu, anchor } = open;
  open = null;
  menu.remove();
  anchor.removeAttribute("aria-expanded");
  anchor.focus();
  removeEventListener("pointerdown", outside, true);
}

const outside = (event) => open && !open.menu.contains(event.target) && closeMenu();

function keydown(event, menu) {
  const all = [...menu.children];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) all[(to + all.length) % all.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") closeMenu();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
