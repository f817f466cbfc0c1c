// Behaviour is bound to elements by a data attribute, for the first page and for every swap.

const words = JSON.parse(document.getElementById("kh-words")?.textContent || "{}") || {};

/** A sentence of the server in the reader's language, its %(names)s filled in. */
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "");
}

/** Call `bind` once for each element that matches, now and after swaps. */
export function whenever(selector, bind) {
  const bound = new WeakSet();
  const look = (root) => {
    const found = root.matches?.(selector) ? [root, ...root.querySelectorAll(selector)] : root.querySelectorAll(selector);
    for (const element of found) {
      if (bound.has(element)) continue;
      bound.add(element);
      bind(element);
    }
  };
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.detail.elt));
}

/** A line that confirms what is also written on the page; goes away by itself, never for errors. */
export function toast(text) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const line = document.createElement("div");
  line.className = "kh-toast";
  line.textContent = text;
  box.append(line);
  let left = setTimeout(() => line.remove(), 8000);
  line.addEventListener("pointerenter", () => clearTimeout(left));
  line.addEventListener("pointerleave", () => (left = setTimeout(() => line.remove(), 4000)));
}

export const clock = () => new Date().toTimeString().slice(0, 8);
