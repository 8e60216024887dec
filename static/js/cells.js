// Cells that are changed where they stand: double click, F2 or e; Enter saves and goes down, Tab goes on, Escape leaves.
let editing = null; // {cell, before}
let pending = null; // the save that is under way

const rowOf = (cell) => cell.closest("tr");
const address = (cell) => { const url = new URL(cell.closest("[data-rows]").dataset.url, location.href); url.searchParams.set("edit", cell.dataset.edit); url.searchParams.set("pk", rowOf(cell).dataset.pk); return url; };
const field = (cell) => cell.querySelector("[data-editor] :is(input, select, textarea):not([type=hidden])");

function show(cell, html) {
  cell.innerHTML = html;
  cell.classList.add("editing");
  htmx.process(cell);
  htmx.trigger(cell, "htmx:load", { elt: cell });
  const first = field(cell);
  first?.focus();
  if (first?.select && first.type !== "date" && first.type !== "datetime-local") first.select();
}
export async function edit(cell) {
  if (pending) {
    await pending;
    if (editing) return field(editing.cell)?.focus(); // what was refused comes first
  }
  if (editing?.cell === cell) return;
  if (editing) leave();
  editing = { cell, before: cell.innerHTML };
  const answer = await fetch(address(cell), { headers: { "HX-Request": "true" } });
  if (editing?.cell !== cell) return;
  if (answer.ok) show(cell, await answer.text()); else leave();
}
function leave() {
  if (!editing) return;
  const { cell, before } = editing;
  editing = null;
  cell.classList.remove("editing");
  cell.innerHTML = before;
}
function save(next) {
  pending ??= saving(next).finally(() => { pending = null; });
}
async function saving(next) {
  if (!field(editing.cell)) return leave(); // its editor has not come yet
  const { cell } = editing, values = new URLSearchParams();
  for (const each of cell.querySelectorAll("[data-editor] [name]")) if (!["checkbox", "radio"].includes(each.type) || each.checked) values.append(each.name, each.value);
  values.set("edit", cell.dataset.edit);
  values.set("pk", rowOf(cell).dataset.pk);
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let answer;
  try { answer = await fetch(address(cell), { method: "POST", body: values, headers: { "HX-Request": "true", "X-CSRFToken": token } }); } catch { return; /* what was typed stays */ }
  const html = await answer.text();
  if (!answer.ok) { if (html.includes("data-editor")) show(cell, html); return; }
  editing = null;
  cell.classList.remove("editing");
  cell.innerHTML = html;
  if (next) edit(next);
}
const below = (cell) => rowOf(cell).nextElementSibling?.querySelector(`[data-edit="${cell.dataset.edit}"]`);
function beside(cell, back) {
  const cells = [...rowOf(cell).querySelectorAll("[data-edit]")];
  return cells[cells.indexOf(cell) + (back ? -1 : 1)];
}
document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest?.("td[data-edit]");
  if (cell && !event.target.closest("[data-editor]")) { event.preventDefault(); edit(cell); }
});
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("td[data-edit]");
  if (!cell || editing?.cell !== cell || event.isComposing) return;
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); leave(); }
  if (event.key === "Enter" && !event.target.closest(".ts-wrapper")) { event.preventDefault(); event.stopPropagation(); save(below(cell)); }
  if (event.key === "Tab") { const next = beside(cell, event.shiftKey); if (next) { event.preventDefault(); save(next); } else save(null); }
}, true);
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea, select"), letter = event.key === "e" && localStorage.getItem("shortcuts") !== "off";
  const cell = document.querySelector("tr.at td[data-edit]");
  if (cell && !typing && (letter || event.key === "F2")) { event.preventDefault(); edit(cell); }
});
document.addEventListener("click", (event) => { if (editing && !event.target.closest?.("td.editing, .ts-dropdown")) save(null); });
