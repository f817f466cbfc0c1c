// Dialogs and drawers are <dialog>: [data-open=id] opens one, [data-close] and the backdrop close it.
import { whenever } from "./start.js";

export function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  for (const menu of document.querySelectorAll("details.kh-menu[open]")) menu.open = false;
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("kh:open"));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    open(opener.dataset.open);
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.tagName === "DIALOG") event.target.close();
});

// Openers that lead nowhere without scripts are hidden until here.
whenever("[data-open][hidden]", (opener) => (opener.hidden = false));

// What a drawer shows is fetched; it opens once it has arrived.
whenever("dialog[data-fetched]", (dialog) => {
  dialog.addEventListener("htmx:afterSwap", () => {
    if (!dialog.open) dialog.showModal();
  });
});

whenever("[data-dismiss]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const box = button.closest("[role=alert], [role=status]");
    const owner = box.closest("[data-card]");
    owner?.classList.remove("kh-service--refused");
    box.remove();
    (owner?.querySelector("a") ?? document.getElementById("main"))?.focus();
  });
});
