// Where the focus goes after a swap, and forms that send themselves.
import { whenever } from "./start.js";

function focusOn(wanted) {
  wanted?.focus({ preventScroll: true });
  wanted?.scrollIntoView({ block: "nearest" });
}

/** What leads to the same field or button again, once the part in which it stands is another. */
function wayTo(element) {
  if (!element.name) return null;
  const value = element.tagName === "BUTTON" ? `[value="${CSS.escape(element.value)}"]` : "";
  return `[name="${CSS.escape(element.name)}"]${value}`;
}

let left = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const at = document.activeElement;
  left = event.detail.target?.contains(at) && at !== event.detail.target ? { way: wayTo(at) } : null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  const wanted = part.querySelector?.("[data-focus]") ?? (part.matches?.("[data-focus]") ? part : null);
  focusOn(wanted);
  if (wanted || !left || document.activeElement !== document.body) return;
  const again = (left.way && part.querySelector?.(left.way)) || part.querySelector?.("[data-refocus]");
  left = null;
  again?.focus({ preventScroll: true });
});

// A whole page that answers a form begins where the answer is.
focusOn(document.querySelector("main [data-focus]"));

document.addEventListener("htmx:afterSwap", () => {
  const title = document.querySelector("[data-title]")?.dataset.title;
  if (title) document.title = title;
});

// The token of a page stays the one of its session, also after a swap.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") delete event.detail.headers["X-CSRFToken"];
});

// Nothing is polled for a page that nobody looks at, and nothing is renewed under somebody's hands.
const inUse = (part) => part.contains(document.activeElement) || part.querySelector("[open], [role=alert], .kh-service--dragged");
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.detail.elt;
  if (!part.getAttribute("hx-trigger")?.startsWith("every")) return;
  if (document.hidden || ("gently" in part.dataset && inUse(part))) event.preventDefault();
});

whenever("select[data-submits], input[data-submits]", (field) => {
  field.addEventListener("change", () => field.form.requestSubmit());
});

// Buttons that only help where there are no scripts.
whenever("[data-without-scripts]", (element) => (element.hidden = true));

// A row of tabs that is wider than the screen begins where the reader is.
whenever(".kh-tabs > [aria-current]", (tab) => {
  const bar = tab.parentElement;
  bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
});
