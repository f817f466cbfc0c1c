// A grey bar under the masthead while there is no connection.
import { clock, say } from "./start.js";

let bar;

function show() {
  if (bar) return;
  bar = document.createElement("div");
  bar.className = "kh-offline";
  bar.setAttribute("role", "status");
  bar.textContent = say("offline", { time: clock().slice(0, 5) });
  document.getElementById("main")?.before(bar);
  document.body.toggleAttribute("data-offline", true);
}

function hide() {
  bar?.remove();
  bar = undefined;
  document.body.toggleAttribute("data-offline", false);
}

addEventListener("offline", show);
addEventListener("online", hide);
document.addEventListener("htmx:sendError", show);
document.addEventListener("htmx:afterOnLoad", hide);
