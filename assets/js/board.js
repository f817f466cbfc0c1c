// Dragging cards. The server decides; whatever it says replaces the board.
import { whenever } from "./start.js";

let dragged = null;

whenever("[data-card][draggable]", (card) => {
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    card.classList.add("kh-service--dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.name);
  });
  card.addEventListener("dragend", () => {
    card.classList.remove("kh-service--dragged");
    for (const column of document.querySelectorAll(".kh-column--target")) column.classList.remove("kh-column--target");
    dragged = null;
  });
});

whenever("[data-column]", (column) => {
  const foreign = () => dragged && dragged.dataset.phase !== column.dataset.column;
  column.addEventListener("dragover", (event) => {
    if (!foreign()) return;
    event.preventDefault();
    column.classList.add("kh-column--target");
  });
  column.addEventListener("dragleave", (event) => {
    if (!column.contains(event.relatedTarget)) column.classList.remove("kh-column--target");
  });
  column.addEventListener("drop", (event) => {
    if (!foreign()) return;
    event.preventDefault();
    window.htmx.ajax("POST", dragged.dataset.moves, {
      target: "#board",
      swap: "outerHTML",
      values: { to: column.dataset.column, board: location.search },
    });
  });
});

// The ghost of a refused move stays ten seconds, longer while somebody looks at it.
whenever("[data-ghost]", (ghost) => {
  const leave = () => (ghost.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : ghost.remove());
  setTimeout(leave, 10000);
});

// One phase at a time on narrow screens.
whenever("[data-switcher]", (switcher) => {
  const board = document.querySelector("[data-board]");
  const show = (phase) => {
    board.toggleAttribute("data-shown", true);
    for (const column of board.querySelectorAll("[data-column]")) {
      column.toggleAttribute("data-current", column.dataset.column === phase);
    }
    for (const link of switcher.querySelectorAll("a")) {
      if (link.dataset.phase === phase) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  switcher.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    show(link.dataset.phase);
  });
  show(switcher.dataset.switcher);
});
