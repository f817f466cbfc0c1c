// Marks every hit in a log, counts them, and steps from one to the next (n and N, or Enter).
import { say } from "./start.js";

export class LogSearch {
  constructor(box, lines, onStep) {
    this.lines = lines;
    this.onStep = onStep;
    this.field = box.querySelector("[data-log-search]");
    this.count = box.querySelector("[data-log-count]");
    this.hits = [];
    this.at = -1;
    this.field?.addEventListener("input", () => this.again());
    this.field?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    });
    box.addEventListener("keydown", (event) => {
      if (event.target === this.field || event.isComposing || event.ctrlKey || event.metaKey) return;
      if (event.key === "n") this.step(1);
      if (event.key === "N") this.step(-1);
    });
  }

  again() {
    for (const hit of this.hits) hit.parentElement.replaceChildren(hit.parentElement.textContent);
    this.hits = [];
    this.at = -1;
    this.add([...this.lines.children]);
    this.step(1);
  }

  add(rows) {
    const wanted = this.field?.value.toLowerCase();
    if (wanted) for (const row of rows) this.mark(row.querySelector(".kh-log__text"), wanted);
    this.tell();
  }

  mark(cell, wanted) {
    const text = cell.textContent;
    const parts = [];
    let from = 0;
    for (let at = text.toLowerCase().indexOf(wanted); at >= 0; at = text.toLowerCase().indexOf(wanted, from)) {
      const hit = document.createElement("mark");
      hit.textContent = text.slice(at, at + wanted.length);
      parts.push(text.slice(from, at), hit);
      this.hits.push(hit);
      from = at + wanted.length;
    }
    if (parts.length) cell.replaceChildren(...parts, text.slice(from));
  }

  step(by) {
    this.lines.querySelector(".kh-log__line--hit")?.classList.remove("kh-log__line--hit");
    if (this.hits.length) {
      this.at = (this.at + by + this.hits.length) % this.hits.length;
      this.onStep();
      const row = this.hits[this.at].closest(".kh-log__line");
      row.classList.add("kh-log__line--hit");
      row.scrollIntoView({ block: "center" });
    }
    this.tell();
  }

  tell() {
    if (!this.count) return;
    const wanted = this.field?.value;
    if (!wanted) this.count.textContent = "";
    else this.count.textContent = this.hits.length ? say("hits", { n: this.at + 1, all: this.hits.length }) : say("noHits");
  }
}
