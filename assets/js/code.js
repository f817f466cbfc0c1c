// The manifest's table: cards on hover, click or Enter; a range of lines in the address; the column
// of origins, wrapping and full screen. Without it a link under the table lists all cards.
import { whenever } from "./start.js";

const HOVER = 250;

class Code {
  constructor(box) {
    this.box = box;
    this.lines = box.querySelector("[data-code-lines]");
    if (!this.lines) return;
    this.bind();
    this.select(location.hash);
    addEventListener("hashchange", () => this.select(location.hash));
  }

  bind() {
    for (const button of this.box.querySelectorAll("[data-code-origins], [data-code-wrap], [data-code-full], [data-copy-from]")) button.hidden = false;
    const press = (name, act) => this.box.querySelector(`[${name}]`)?.addEventListener("click", (event) => act(event.currentTarget));
    press("data-code-origins", (button) => this.toggle(button, "kh-code--no-origins", true));
    press("data-code-wrap", (button) => this.toggle(button, "kh-code--wrap", false));
    press("data-code-full", () => (document.fullscreenElement ? document.exitFullscreen() : this.box.requestFullscreen()));
    this.lines.addEventListener("pointerover", (event) => this.hover(event));
    this.lines.addEventListener("pointerleave", () => clearTimeout(this.waiting));
    this.lines.addEventListener("click", (event) => this.clicked(event));
    this.lines.addEventListener("keydown", (event) => this.key(event));
  }

  toggle(button, name, inverse) {
    const on = this.lines.classList.toggle(name);
    button.setAttribute("aria-pressed", String(on !== inverse));
  }

  hover(event) {
    clearTimeout(this.waiting);
    if (event.pointerType !== "mouse") return;
    const row = event.target.closest(".kh-code__origin")?.parentElement;
    if (row?.dataset.card) this.waiting = setTimeout(() => this.open(row, false), HOVER);
  }

  clicked(event) {
    const link = event.target.closest(".kh-code__number a");
    if (link) {
      event.preventDefault();
      const number = Number(link.closest("tr").dataset.line);
      const from = event.shiftKey && this.from ? Math.min(this.from, number) : number;
      const to = event.shiftKey && this.from ? Math.max(this.from, number) : number;
      this.from = event.shiftKey ? this.from : number;
      history.replaceState(null, "", from === to ? `#L${from}` : `#L${from}-L${to}`);
      this.select(location.hash, false);
      return;
    }
    const origin = event.target.closest(".kh-code__origin");
    if (origin?.parentElement.dataset.card) this.open(origin.parentElement, true);
  }

  key(event) {
    if (event.target !== this.lines) return;
    const rows = [...this.lines.querySelectorAll("tr")];
    const at = rows.findIndex((row) => row.classList.contains("kh-code__line--selected"));
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
      this.mark([next]);
      this.from = Number(next.dataset.line);
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && rows[at]) {
      event.preventDefault();
      this.open(rows[at], true);
    }
  }

  select(hash, scroll = true) {
    const match = /^#L(\d+)(?:-L(\d+))?$/.exec(hash);
    if (!match) return;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    const rows = [...this.lines.querySelectorAll("tr")].filter((row) => row.dataset.line >= from && row.dataset.line <= to);
    this.from = from;
    this.mark(rows);
    if (scroll) rows[0]?.scrollIntoView({ block: "center" });
  }

  mark(rows) {
    for (const row of this.lines.querySelectorAll(".kh-code__line--selected")) row.classList.remove("kh-code__line--selected");
    for (const row of rows) row.classList.add("kh-code__line--selected");
  }

  open(row, focus) {
    const card = document.getElementById(row.dataset.card);
    if (!card?.showPopover) return;
    if (card.matches(":popover-open")) return;
    card.showPopover();
    if (innerWidth > 760) this.place(card, row);
    if (focus) card.querySelector("a")?.focus({ preventScroll: true });
  }

  place(card, row) {
    card.dataset.placed = "";
    const line = row.getBoundingClientRect();
    const below = line.bottom + card.offsetHeight + 12 < innerHeight;
    card.style.top = `${scrollY + (below ? line.bottom + 6 : Math.max(line.top - card.offsetHeight - 6, 56))}px`;
    card.style.left = `${Math.min(line.left + 150, innerWidth - card.offsetWidth - 16)}px`;
  }
}

whenever("[data-code]", (box) => new Code(box));
