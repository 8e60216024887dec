// Lists: filters as one types, selection with shift, and keys.
const rowsOf = (part) => [...part.querySelectorAll("tbody tr")];

// The address stays short: empty parameters are dropped, repeated ones are joined.
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.detail.elt.closest?.("[data-filters]");
  if (!form) return;
  const joined = new Map();
  for (const [name, value] of new FormData(form)) joined.set(name, joined.has(name) && joined.get(name) ? `${joined.get(name)},${value}` : value);
  const says = form.elements.view?.dataset?.says?.trim().split(" ") ?? []; // what the view says is cleared aloud
  const columns = form.querySelector("[data-columns]");
  if (columns && !columns.dataset.touched && !new URLSearchParams(location.search).has("cols")) joined.delete("cols");
  for (const name of says) if (name && !joined.has(name) && name !== "cols") joined.set(name, "");
  event.detail.parameters = Object.fromEntries([...joined].filter(([name, value]) => value || says.includes(name)));
});

// Counts of the views are asked for once somebody wants them, and from then on.
async function count(bar) {
  const answer = await fetch(bar.querySelector("[data-views]").dataset.views);
  if (!answer.ok) return;
  const counts = await answer.json();
  for (const tab of bar.querySelectorAll("[data-view]")) { const place = tab.querySelector(".count"); place.textContent = counts[tab.dataset.view] ?? ""; place.hidden = !place.textContent; }
}
for (const button of document.querySelectorAll("[data-counts]")) {
  const bar = button.closest(".views-bar"), wanted = () => localStorage.getItem("counts") === "on";
  const show = () => { button.setAttribute("aria-pressed", wanted()); if (wanted()) count(bar); else bar.querySelectorAll(".count").forEach((place) => { place.hidden = true; }); };
  button.addEventListener("click", () => { localStorage.setItem("counts", wanted() ? "off" : "on"); show(); });
  show();
}
document.addEventListener("change", (event) => {
  if (event.target.type === "search" && event.target.closest("[data-filters]")) return event.stopPropagation(); // typing has asked already
  const columns = event.target.closest?.("[data-columns]");
  if (columns) columns.dataset.touched = "1";
  const menu = event.target.closest?.(".filter-menu");
  if (menu && !columns) menu.toggleAttribute("data-active", [...menu.querySelectorAll("input, select")].some((field) => ["checkbox", "radio"].includes(field.type) ? field.checked && field.value : field.value));
}, true);

// Selecting: all of the page, or a stretch with shift.
let last = null;
document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.(".pick, [data-pick-all]")) return;
  const boxes = [...box.closest("form").querySelectorAll(".pick")];
  if (box.matches("[data-pick-all]")) boxes.forEach((each) => { each.checked = box.checked; });
  else {
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    }
    last = box;
  }
  tell(box.closest("form"));
});
function tell(form) {
  const boxes = [...form.querySelectorAll(".pick")], picked = boxes.filter((each) => each.checked).length;
  const place = form.querySelector("[data-picked-count]"), all = form.querySelector("[data-pick-all]");
  if (place) place.textContent = picked || "";
  if (all) { all.checked = picked > 0 && picked === boxes.length; all.indeterminate = picked > 0 && picked < boxes.length; }
  const chosen = form.querySelector("[name=everything]")?.checked ? [] : boxes.filter((each) => each.checked);
  for (const act of form.querySelectorAll(".bulk button[name=act]")) {
    act.disabled = chosen.length > 0 && chosen.every((each) => each.dataset.shut?.split(" ").includes(act.value));
    act.title = act.disabled ? act.closest(".bulk").dataset.shut : "";
  }
}
document.addEventListener("change", (event) => {
  if (event.target.name === "everything") event.target.form.querySelectorAll(".pick").forEach((each) => { if (event.target.checked) each.checked = true; });
  if (event.target.name === "everything") tell(event.target.form);
});

// A record beside its list: what its page shows, without the frame.
async function panel(url) {
  const answer = await fetch(url), sheet = document.getElementById("sheet"), body = document.getElementById("sheet-body");
  if (!answer.ok) { location.href = url; return; }
  const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  const link = Object.assign(document.createElement("a"), { href: url, className: "btn btn-primary", textContent: main.querySelector("h1")?.textContent.trim() ?? url });
  main.querySelectorAll("script, h1").forEach((each) => each.remove());
  body.replaceChildren(link, ...main.childNodes);
  htmx.process(body);
  sheet.classList.add("panel");
  sheet.showModal();
  sheet.addEventListener("close", () => { sheet.classList.remove("panel"); body.replaceChildren(); }, { once: true });
}

// j and k move, x selects, Enter opens, o opens beside the list, f goes to the filters, v to the views. Rows that are fetched anew keep the place.
let at = "";
const mark = (part) => rowsOf(part).forEach((row) => row.classList.toggle("at", at !== "" && row.dataset.url === at));
document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-rows]").forEach(mark));
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("shortcuts") === "off") return;
  if (event.target.matches?.("input:not([type=checkbox]), textarea, select, a, button, summary") && event.key === "Enter") return;
  if (event.target.matches?.("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const part = [...document.querySelectorAll("[data-rows]")].find((each) => each.offsetParent !== null);
  if (!part) return;
  const rows = rowsOf(part), row = rows.find((each) => each.classList.contains("at"));
  if (event.key === "j" || event.key === "k") {
    const next = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + (event.key === "j" ? 1 : -1)))];
    rows.forEach((each) => each.classList.toggle("at", each === next));
    at = next?.dataset.url ?? "";
    next?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "x") row?.querySelector(".pick")?.click();
  else if (event.key === "Enter" && row?.dataset.url) location.href = row.dataset.url;
  else if (event.key === "f") [...document.querySelectorAll("[data-filters] :is(.filter-open, summary, input)")].find((each) => each.offsetParent !== null)?.focus();
  else if (event.key === "v") (document.querySelector(".views a[aria-current]") ?? document.querySelector(".views a"))?.focus();
  else if (event.key === "o" && row?.dataset.url) panel(row.dataset.url);
});
// A click beside the link opens the row, too, on phones.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.(".list tbody tr[data-url]");
  if (!row?.dataset.url || event.target.closest("a, button, input, label") || innerWidth >= 768 || String(getSelection())) return;
  location.href = row.dataset.url;
});

// A board: dropping a card presses the button of its menu that leads into that lane; what cannot be goes back.
async function boards() {
  const found = [...document.querySelectorAll("[data-board]:not([data-ready])")];
  if (!found.length) return;
  for (const board of found) board.dataset.ready = "1";
  await import(document.body.dataset.sortable);
  for (const board of found) for (const lane of board.querySelectorAll("[data-lane]")) window.Sortable.create(lane, {
    group: "cards", draggable: "[data-card]", delay: 150, delayOnTouchOnly: true, animation: 120, filter: "details, a", preventOnFilter: false,
    onEnd: ({ item, from, to, oldIndex }) => {
      if (from === to) return;
      const across = from.dataset.lane === to.dataset.lane ? null : item.querySelector(`[data-to="${to.dataset.lane}"]`);
      const down = (from.dataset.row ?? "") === (to.dataset.row ?? "") ? null : item.querySelector(`[data-down="${to.dataset.row}"]`);
      from.insertBefore(item, from.children[oldIndex] ?? null);
      const may = (across || from.dataset.lane === to.dataset.lane) && (down || (from.dataset.row ?? "") === (to.dataset.row ?? ""));
      if (!may || (across && down && across.name !== "put")) board.querySelector("[data-why]").click();
      else if (across && down) { across.value = `${across.value}:${to.dataset.row}`; across.click(); }
      else (across ?? down).click();
    },
  });
}
// On a phone the rows of a board are folded but for the first.
function fold() {
  if (innerWidth < 768) for (const row of document.querySelectorAll("[data-swim]:not([data-folded])")) row.open = !row.previousElementSibling?.matches("[data-swim]");
  for (const row of document.querySelectorAll("[data-swim]")) row.dataset.folded = "1";
}
boards(); fold();
document.addEventListener("htmx:afterSettle", () => { boards(); fold(); });
