// Calendars: what may be moved goes to another day by drag, or by Alt and the arrow keys; the list answers with an undo.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function put(entry, day) {
  const form = document.querySelector("#day-move");
  sessionStorage.setItem("moved", entry.dataset.entry);
  form.elements.move.value = entry.dataset.entry;
  form.elements.to.value = day;
  form.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  const entry = event.altKey && event.target.closest?.("[data-entry]"), step = STEPS[event.key];
  if (!entry || !step) return;
  event.preventDefault();
  const day = new Date(`${entry.closest("[data-day]").dataset.day}T12:00Z`);
  day.setUTCDate(day.getUTCDate() + step);
  put(entry, day.toISOString().slice(0, 10));
});

async function drag() {
  const days = document.querySelector("[data-entry]") ? [...document.querySelectorAll("[data-day]:not([data-ready])")] : [];
  if (!days.length) return;
  for (const day of days) day.dataset.ready = "1";
  await import(document.body.dataset.sortable);
  for (const day of days) window.Sortable.create(day, {
    group: "days", draggable: "[data-entry]", delay: 150, delayOnTouchOnly: true, animation: 120,
    onEnd: ({ item, from, to, oldIndex }) => {
      if (from === to) return;
      from.insertBefore(item, from.children[oldIndex] ?? null); // the answer shows where it stands
      put(item, to.dataset.day);
    },
  });
}
drag();
document.addEventListener("htmx:afterSettle", drag);

// Who moved by keys goes on from there.
const moved = sessionStorage.getItem("moved");
if (moved) {
  sessionStorage.removeItem("moved");
  const entry = document.querySelector(`[data-entry="${CSS.escape(moved)}"]`);
  (entry?.matches("a") ? entry : entry?.querySelector("a"))?.focus();
}
