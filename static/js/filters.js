// The filter bar: operators, more filters by name, all of them in a sheet on phones.
const bar = (part) => part.closest("[data-filters]");

// "is not" and the like are other parameters of the same control; "is empty" needs no value.
document.addEventListener("change", (event) => {
  const choice = event.target.closest?.("[data-operator]");
  if (!choice) return;
  const menu = choice.parentElement, name = choice.dataset.operator, empty = ["empty", "some"].includes(choice.value);
  const plain = new RegExp(`^${name.replace(/\./g, "\\.")}(_(is|not))?$`);
  for (const field of menu.querySelectorAll("[name]")) {
    if ("empty" in field.dataset) continue;
    if (plain.test(field.name)) field.name = empty || !choice.value ? name : `${name}_${choice.value}`;
    if (empty) { if (["checkbox", "radio"].includes(field.type)) field.checked = false; else if (field.tomselect) field.tomselect.clear(true); else field.value = ""; }
  }
  menu.querySelector("[data-empty]").value = { empty: "yes", some: "no" }[choice.value] ?? "";
}, true);

// Filters out of sight are found by what they are called, in the order they stand.
const waiting = (form) => [...form.querySelectorAll(".filter-menu.extra")];
function offer(box) {
  const list = box.parentElement.querySelector("[data-found-filters]"), wanted = box.value.trim().toLowerCase();
  list.replaceChildren(...waiting(bar(box)).filter((menu) => menu.querySelector("summary").textContent.toLowerCase().includes(wanted)).map((menu) => {
    const line = document.createElement("li"), button = document.createElement("button");
    button.type = "button"; button.textContent = menu.querySelector("summary").textContent.trim();
    button.addEventListener("click", () => { menu.classList.remove("extra"); box.closest("details").open = false; menu.open = true; menu.querySelector("input:not([type=hidden]), select, textarea")?.focus(); });
    line.append(button);
    return line;
  }));
}
document.addEventListener("toggle", (event) => {
  const box = event.target.open && event.target.matches?.(".add-filter") && event.target.querySelector("[data-find-filter]");
  if (box) { box.value = ""; offer(box); box.focus(); }
}, true);
for (const type of ["input", "change", "search"]) document.addEventListener(type, (event) => {
  if (!event.target.matches?.("[data-find-filter]")) return;
  event.stopPropagation(); // it asks nothing of the list
  if (!event.isComposing) offer(event.target);
}, true);
document.addEventListener("keydown", (event) => {
  const box = event.target.matches?.("[data-find-filter]") ? event.target : null, line = event.target.closest?.("[data-found-filters] button");
  if ((!box && !line) || event.isComposing) return;
  const lines = [...(box ?? line).closest(".menu-list").querySelectorAll("[data-found-filters] button")], at = lines.indexOf(line);
  if (event.key === "Enter" && box) { event.preventDefault(); lines[0]?.click(); }
  if (event.key === "ArrowDown") { event.preventDefault(); lines[Math.min(at + 1, lines.length - 1)]?.focus(); }
  if (event.key === "ArrowUp" && line) { event.preventDefault(); (lines[at - 1] ?? line.closest(".menu-list").querySelector("[data-find-filter]")).focus(); }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-filter-sheet]"), form = button && bar(button);
  if (!form) return;
  const open = form.classList.toggle("sheet-open");
  form.querySelector(".filter-open").setAttribute("aria-expanded", open);
  (open ? form.querySelector(".filter-set summary") : form.querySelector(".filter-open"))?.focus();
});
document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && document.querySelector(".filters.sheet-open");
  if (form) form.querySelector(".filter-done").click();
});
