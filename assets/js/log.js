// The log of a run: follows until the reader scrolls up, can be searched, never repeats a line.
// Events of the stream: "log" {seq, at, source, stream, text}; every other one is passed on as a DOM
// event "run:NAME" on the element; "end" closes the stream.
import { clock, say, whenever } from "./start.js";
import { LogSearch } from "./log_search.js";

const BOTTOM = 24;

class Log {
  constructor(box) {
    this.box = box;
    this.lines = box.querySelector("[data-log-lines]");
    this.status = box.querySelector("[data-log-status]");
    this.button = box.querySelector("[data-log-follow]");
    this.seen = Number(box.dataset.logLast || 0);
    this.sources = new Set([...this.lines.children].map((line) => line.dataset.source));
    this.waiting = [];
    this.missed = 0;
    this.following = true;
    this.ended = "ended" in box.dataset;
    this.search = new LogSearch(box, this.lines, () => this.pause(false));
    this.bind();
    this.bottom();
    this.tell();
    if (!this.ended) this.connect();
  }

  bind() {
    const on = (name, type, act) => this.box.querySelector(`[${name}]`)?.addEventListener(type, act);
    this.lines.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.lines.addEventListener("keydown", (event) => {
      if (event.key === "End") setTimeout(() => this.follow());
    });
    this.button?.addEventListener("click", () => (this.following ? this.pause(true) : this.follow()));
    on("data-log-times", "click", (event) => this.toggle(event.currentTarget, "kh-log--no-times", true));
    on("data-log-wrap", "click", (event) => this.toggle(event.currentTarget, "kh-log--wrap", false));
    on("data-log-full", "click", () => (document.fullscreenElement ? document.exitFullscreen() : this.box.requestFullscreen()));
    on("data-log-source", "change", (event) => this.only(event.currentTarget.value));
    for (const element of this.box.querySelectorAll("[data-log-needs]")) element.hidden = false;
  }

  connect() {
    const stream = new EventSource(this.box.dataset.log);
    stream.addEventListener("open", () => this.tell());
    stream.addEventListener("log", (event) => this.take(JSON.parse(event.data)));
    for (const name of ["state", "step", "verdict"]) {
      stream.addEventListener(name, (event) => this.box.dispatchEvent(new CustomEvent(`run:${name}`, { bubbles: true, detail: JSON.parse(event.data || "{}") })));
    }
    stream.addEventListener("end", (event) => {
      stream.close();
      this.ended = true;
      this.flush();
      this.tell();
      this.box.dispatchEvent(new CustomEvent("run:end", { bubbles: true, detail: JSON.parse(event.data || "{}") }));
    });
    stream.addEventListener("error", () => {
      if (!this.ended) this.status.textContent = say("connectionLost", { time: clock() });
    });
    addEventListener("pagehide", () => stream.close(), { once: true });
  }

  take(line) {
    if (line.seq <= this.seen) return;
    this.seen = line.seq;
    this.waiting.push(line);
    if (this.waiting.length === 1) requestAnimationFrame(() => this.flush());
  }

  flush() {
    if (!this.waiting.length) return;
    const made = this.waiting.map((line) => this.element(line));
    this.waiting = [];
    this.lines.append(...made);
    this.search.add(made);
    if (this.following) this.bottom();
    else this.missed += made.length;
    this.tell();
  }

  element(line) {
    const row = document.createElement("div");
    row.className = `kh-log__line kh-log__line--${line.stream} kh-log__line--${line.source.replace(/[^\w-]/g, "")}`;
    row.dataset.source = line.source;
    const part = (name, text) => {
      const cell = document.createElement("span");
      cell.className = `kh-log__${name}`;
      cell.textContent = text;
      row.append(cell);
    };
    part("time", new Date(line.at).toTimeString().slice(0, 8));
    part("source", line.source);
    part("text", line.text);
    this.offer(line.source);
    row.hidden = Boolean(this.chosen) && this.chosen !== line.source;
    return row;
  }

  offer(source) {
    if (this.sources.has(source)) return;
    this.sources.add(source);
    this.box.querySelector("[data-log-source]")?.add(new Option(source, source));
  }

  only(source) {
    this.chosen = source;
    for (const row of this.lines.children) row.hidden = Boolean(source) && row.dataset.source !== source;
    if (this.following) this.bottom();
  }

  toggle(button, name, inverse) {
    const on = this.box.classList.toggle(name);
    button.setAttribute("aria-pressed", String(on !== inverse));
    if (this.following) this.bottom();
  }

  bottom() {
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  scrolled() {
    const left = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight;
    if (left > BOTTOM && this.following && !this.ended) this.pause(false);
    if (left <= 2 && !this.following && !this.byHand) this.follow();
  }

  pause(byHand) {
    if (this.ended) return;
    this.following = false;
    this.byHand = byHand;
    this.tell();
  }

  follow() {
    this.following = true;
    this.byHand = false;
    this.missed = 0;
    this.bottom();
    this.tell();
  }

  tell() {
    this.button?.toggleAttribute("hidden", this.ended);
    const label = this.button?.querySelector("[data-log-label]");
    if (label) label.textContent = say(this.following ? "pause" : "follow");
    if (this.ended) this.status.textContent = say("logEnded");
    else if (this.following) this.status.textContent = say("following");
    else {
      const news = this.missed ? ` ${say("newLines", { n: this.missed })}` : "";
      this.status.textContent = say(this.byHand ? "pausedByHand" : "paused") + news;
    }
  }
}

whenever("[data-log]", (box) => new Log(box));
