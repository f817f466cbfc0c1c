// What opens beside a finding or an answer: Esc closes it, and the focus is where it was opened.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !(event.target instanceof Element)) return;
  const aside = event.target.closest("details.kh-why[open], details.kh-answered[open]");
  if (aside) {
    aside.open = false;
    aside.querySelector("summary").focus();
    return;
  }
  const opener = event.target.closest("[data-item]")?.querySelector("[data-fix]");
  const shown = opener && document.querySelector(opener.getAttribute("hx-target"));
  if (!shown?.contains(event.target) && !(shown?.childElementCount && event.target === opener)) return;
  shown.replaceChildren();
  opener.focus();
});
