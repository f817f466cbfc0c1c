// Buttons that copy: [data-copy] holds the text, [data-copy-from] the id of an element with it.
import { say, toast, whenever } from "./start.js";

whenever("[data-copy], [data-copy-from]", (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const from = document.getElementById(button.dataset.copyFrom);
    await navigator.clipboard.writeText(button.dataset.copy ?? from.value ?? from.textContent);
    toast(say("copied"));
  });
});
