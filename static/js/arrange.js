// Lists that people put in order: by drag, by the arrow buttons, by Alt and the arrow keys. Without it the buttons send the form.
const items = (list) => [...list.children].filter((each) => "item" in each.dataset);

function say(item) {
  const place = document.querySelector("[data-said]");
  if (!place) return;
  const at = items(item.parentElement).indexOf(item) + 1;
  place.textContent = `${item.dataset.name} ${place.dataset.text} ${at}`;
}

function move(item, step) {
  const row = items(item.parentElement), other = row[row.indexOf(item) + step];
  if (!other) return;
  if (step < 0) other.before(item); else other.after(item);
  item.scrollIntoView({ block: "nearest" });
  item.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
  say(item);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-arrange] [data-move]");
  if (!button) return;
  event.preventDefault();
  move(button.closest("[data-item]"), Number(button.dataset.move));
  button.focus();
});

document.addEventListener("keydown", (event) => {
  const item = event.altKey && event.target.closest?.("[data-arrange] [data-item]");
  if (!item || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  move(item, event.key === "ArrowUp" ? -1 : 1);
  event.target.focus();
});

for (const list of document.querySelectorAll("[data-sortable]"))
  window.Sortable?.create(list, { handle: "[data-handle]", animation: 120, onEnd: (event) => say(event.item) });
