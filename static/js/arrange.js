// What people put in order: by drag, by the arrow buttons, by Alt and the arrow keys. Without it the buttons send the form.
// A form with data-at-once is kept after every move.
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
  settle(item);
}

function settle(item) {
  say(item);
  const form = item.closest("form");
  if ("atOnce" in form.dataset) form.requestSubmit();
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
  const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  if (!item || !step) return;
  event.preventDefault();
  move(item, step);
  event.target.focus();
});

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
function sortables() {
  for (const list of document.querySelectorAll("[data-sortable]:not(body)"))
    if (window.Sortable && !window.Sortable.get(list))
      window.Sortable.create(list, { handle: "[data-handle]", draggable: ">[data-item]", animation: calm ? 0 : 120, onEnd: (event) => { if (event.oldIndex !== event.newIndex) settle(event.item); } });
}
sortables();
document.addEventListener("htmx:afterSettle", sortables);
