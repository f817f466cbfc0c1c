// Single keys. Dead while somebody types or composes, and where they were switched off.
import { open } from "./dialogs.js";
import { whenever } from "./start.js";

const KEPT = "kh-single-keys";
const PLACES = { p: "portfolio", u: "upload", r: "runs", a: "audit", h: "hosts" };
const enabled = () => localStorage.getItem(KEPT) !== "off";

whenever("[data-single-keys]", (box) => {
  box.checked = enabled();
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
});

const typing = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], .cm-editor");
const listed = () => [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);
export const selected = () => document.activeElement?.closest("[data-item]") ?? document.querySelector("[data-item][data-selected]");

function step(by) {
  const all = listed();
  if (!all.length) return false;
  const now = all.indexOf(selected());
  const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
  for (const item of all) item.toggleAttribute("data-selected", item === next);
  (next.querySelector("[data-item-link]") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function tab(by) {
  const tabs = [...document.querySelectorAll("[data-tabs] a")];
  const at = tabs.findIndex((link) => link.hasAttribute("aria-current"));
  tabs[at + by]?.click();
  return at >= 0;
}

let pending = "";

function pressed(key) {
  if (pending === "g" && PLACES[key]) {
    document.querySelector(`[data-place="${PLACES[key]}"]`)?.click();
    return true;
  }
  if (pending === "m" && "1234".includes(key)) {
    selected()?.querySelector(`[data-move="${key}"]`)?.click();
    return true;
  }
  switch (key) {
    case "/": {
      const filter = document.querySelector("[data-filter]");
      filter?.focus();
      filter?.select();
      return Boolean(filter);
    }
    case "?": return open("keys"), true;
    case "j": return step(1);
    case "k": return step(-1);
    case "f": {
      const fix = selected()?.querySelector("[data-fix]");
      fix?.click();
      return Boolean(fix);
    }
    case "[": return tab(-1);
    case "]": return tab(1);
    default: return false;
  }
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open("palette");
    return;
  }
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || !enabled()) return;
  if (pressed(event.key)) event.preventDefault();
  pending = pending ? "" : "gm".includes(event.key) ? event.key : "";
  if (pending) setTimeout(() => (pending = ""), 1500);
});
