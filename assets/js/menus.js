// <details> menus: one open at a time, closed by Esc or a click elsewhere, walked by arrow keys.
import { whenever } from "./start.js";

const items = (menu) => [...menu.querySelectorAll(".kh-menu__item:not(:disabled)")];

function walk(menu, event) {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || !all.length) return;
  event.preventDefault();
  all[(to + all.length) % all.length].focus();
}

/** Keep the list inside the window: open to the other side, or upwards, where there is more room. */
function place(menu) {
  const list = menu.querySelector(".kh-menu__list");
  list.style.cssText = "";
  const box = list.getBoundingClientRect();
  if (box.left < 8) Object.assign(list.style, { insetInlineEnd: "auto", insetInlineStart: "0" });
  if (box.bottom > innerHeight - 8 && box.top > box.height + 48) {
    Object.assign(list.style, { insetBlockStart: "auto", insetBlockEnd: "calc(100% + 4px)" });
  }
}

whenever("details.kh-menu", (menu) => {
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    for (const other of document.querySelectorAll("details.kh-menu[open]")) if (other !== menu) other.open = false;
    place(menu);
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (menu.open) walk(menu, event);
    else if (event.key === "ArrowDown" && event.target.tagName === "SUMMARY") {
      event.preventDefault();
      menu.open = true;
      items(menu)[0]?.focus();
    }
  });
});

document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll("details.kh-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

const shell = document.getElementById("shell");
whenever("[data-nav-toggle]", (toggle) => {
  const set = (open) => {
    shell.classList.toggle("kh-shell--nav-open", open);
    toggle.setAttribute("aria-expanded", String(open));
  };
  toggle.addEventListener("click", (event) => {
    event.preventDefault();
    set(!shell.classList.contains("kh-shell--nav-open"));
    if (shell.classList.contains("kh-shell--nav-open")) document.querySelector("#navigation a")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shell.classList.contains("kh-shell--nav-open")) return;
    set(false);
    toggle.focus();
  });
  document.getElementById("main")?.addEventListener("pointerdown", () => set(false));
});
