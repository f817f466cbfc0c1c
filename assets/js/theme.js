// Runs before the first paint: the theme that the account or the system asks for.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const wish = root.dataset.theme || "system";
  root.classList.toggle("pf-v6-theme-dark", wish === "dark" || (wish === "system" && dark.matches));
}

apply();
dark.addEventListener("change", apply);
