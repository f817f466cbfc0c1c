// The palette: results come from the server, the arrow keys choose, Enter opens.
import { whenever } from "./start.js";

whenever("#palette", (dialog) => {
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const options = () => [...list.querySelectorAll("[role=option]")];
  let at = 0;

  function choose(to) {
    const all = options();
    at = all.length ? (to + all.length) % all.length : 0;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (all[at]) field.setAttribute("aria-activedescendant", all[at].id);
    else field.removeAttribute("aria-activedescendant");
    all[at]?.scrollIntoView({ block: "nearest" });
  }

  dialog.addEventListener("kh:open", () => {
    field.select();
    window.htmx?.trigger(field, "palette:open");
  });
  list.addEventListener("htmx:afterSwap", () => choose(0));
  // Whoever comes back to this page finds it without the palette.
  list.addEventListener("click", () => dialog.close());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      choose(at + by);
    } else if (event.key === "Enter" && options()[at]) {
      event.preventDefault();
      options()[at].click();
    }
  });
});
