// Columns: found by name, put into order by dragging, by buttons or by Alt and arrows; as wide as they are drawn.
const tell = (part) => { part.closest("[data-columns]").dataset.touched = "1"; part.closest("form").dispatchEvent(new Event("change", { bubbles: true })); };

function step(line, by) {
  const other = by < 0 ? line.previousElementSibling : line.nextElementSibling;
  if (!other?.matches("[data-column]")) return;
  if (by < 0) other.before(line); else other.after(line);
  if (line.querySelector("input").checked) tell(line);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-column] [data-step]");
  if (!button) return;
  step(button.closest("[data-column]"), Number(button.dataset.step));
  button.focus();
});
document.addEventListener("keydown", (event) => {
  const line = event.target.closest?.("[data-column]"), by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!line || !by || !event.altKey) return;
  event.preventDefault();
  step(line, by);
  event.target.focus();
});
for (const type of ["input", "change", "search"]) document.addEventListener(type, (event) => {
  if (!event.target.matches?.("[data-find-column]")) return;
  event.stopPropagation(); // it asks nothing of the list
  const wanted = event.target.value.trim().toLowerCase();
  for (const line of event.target.parentElement.querySelectorAll(".column-list li")) line.hidden = !line.textContent.toLowerCase().includes(wanted);
}, true);
document.addEventListener("toggle", async (event) => {
  const lines = event.target.open && event.target.matches?.(".columns-menu") && event.target.querySelector(".column-list");
  if (!lines || lines.dataset.ready) return;
  lines.dataset.ready = "1";
  await import(document.body.dataset.sortable);
  window.Sortable.create(lines, { draggable: "[data-column]", handle: ".handle", animation: 120, onEnd: ({ item }) => item.querySelector("input").checked && tell(item) });
}, true);

// Widths are drawn at the edge of a head and kept in the address, so that a view keeps them.
function widen(grip, width) {
  const head = grip.closest("th"), place = [...head.parentElement.children].indexOf(head), wide = Math.round(Math.min(800, Math.max(48, width)));
  for (const row of grip.closest("table").rows) { const cell = row.cells[place]; if (cell) cell.style.minWidth = cell.style.maxWidth = `${wide}px`; }
  grip.setAttribute("aria-valuenow", wide);
  return wide;
}
function keep(grip, wide) {
  const form = document.getElementById(grip.closest("[data-rows]").id.replace("rows-", "filters-rows-"));
  if (!form) return;
  let field = form.elements.widths;
  if (!field) { field = Object.assign(document.createElement("input"), { type: "hidden", name: "widths" }); form.append(field); }
  const widths = new Map(field.value.split(",").filter(Boolean).map((part) => part.split(":")));
  field.value = [...widths.set(grip.dataset.grip, wide)].map((pair) => pair.join(":")).join(",");
  form.dispatchEvent(new Event("change", { bubbles: true }));
}
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  const begin = event.clientX, before = grip.closest("th").offsetWidth;
  let wide = before;
  const move = (moved) => { wide = widen(grip, before + moved.clientX - begin); };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", () => { grip.removeEventListener("pointermove", move); if (wide !== before) keep(grip, wide); }, { once: true });
});
let wait;
document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-grip]"), by = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
  if (!grip || !by) return;
  event.preventDefault();
  const wide = widen(grip, grip.closest("th").offsetWidth + by);
  clearTimeout(wait);
  wait = setTimeout(() => keep(grip, wide), 600);
});
