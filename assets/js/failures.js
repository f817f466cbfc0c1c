// A request that failed (not: was refused) is told above the page, with its id, and stays there.
import { say } from "./start.js";

document.addEventListener("htmx:responseError", (event) => {
  const box = document.getElementById("messages");
  if (!box) return;
  const id = event.detail.xhr.getResponseHeader("X-Request-ID") ?? "";
  const alert = document.createElement("div");
  alert.className = "kh-alert kh-alert--danger kh-message";
  alert.setAttribute("role", "alert");
  alert.textContent = `${say("failed")} ${id ? say("request", { id }) : ""}`;
  box.replaceChildren(alert);
});
