// Uploading: files are looked at as soon as they are chosen or dropped. Without this there is a
// button for it. And on a host's page: the count of what is ticked, and a filter by name.
import { whenever } from "./start.js";

whenever("[data-upload]", (form) => {
  const field = () => form.querySelector("[data-upload-files]");
  const send = () => window.htmx.trigger(form, "upload:changed");
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload-files]") && event.target.files.length) send();
    if (event.target.matches("[data-upload-application]") && form.querySelector("[name=draft]")?.value) send();
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.querySelector("[data-drop]")?.classList.add("kh-drop--over");
  });
  form.addEventListener("dragleave", () => form.querySelector("[data-drop]")?.classList.remove("kh-drop--over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.querySelector("[data-drop]")?.classList.remove("kh-drop--over");
    if (!event.dataTransfer.files.length) return;
    field().files = event.dataTransfer.files;
    send();
  });
});

whenever("[data-capture]", (form) => {
  const count = form.querySelector("[data-capture-count]");
  const tell = () => {
    const ticked = form.querySelectorAll("[name=name]:checked").length;
    if (count) count.textContent = ticked || "";
  };
  form.addEventListener("change", tell);
  tell();
});

whenever("[data-filters]", (field) => {
  const rows = document.getElementById(field.dataset.filters);
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase();
    for (const row of rows.children) row.hidden = !row.dataset.name.toLowerCase().includes(wanted);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
});
