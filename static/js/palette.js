// The palette: records, pages and acts from the house, what can be done on this page, and what was seen last.
const frame = document.querySelector("#side").dataset;
const palette = document.querySelector("#palette"), box = palette.querySelector("input"), results = document.querySelector("#palette-results");
const SEEN = `seen:${document.querySelector("#draft-note").dataset.user}`, KEPT = 10;
let asked = 0, here = [];

document.addEventListener("palette", () => openPalette());
function openPalette(text = "") {
  if (!palette.open) { here = controls(); palette.showModal(); }
  box.value = text; box.select(); suggest();
}

// What the head of the page offers, and every control that declares a hotkey. A closed menu hides its acts, not their use.
function controls() {
  const found = [...document.querySelectorAll("#main .page-head-acts :is(a, button), [data-hotkey]")];
  const usable = found.filter((each) => !each.disabled && each.ariaDisabled !== "true" && (each.checkVisibility() || each.closest(".menu-list")));
  return [...new Map(usable.map((each) => [nameOf(each), each])).entries()].filter(([name]) => name).slice(0, 40);
}
const nameOf = (control) => (control.ariaLabel || control.textContent).replace(/\s+/g, " ").trim().slice(0, 80);

async function suggest() {
  const mine = ++asked, query = new URLSearchParams({ q: box.value });
  for (const [name] of here) query.append("here", name);
  const answer = await fetch(`${frame.palette}?${query}`, { headers: { "HX-Request": "true" } });
  if (mine !== asked || !answer.ok) return;
  results.innerHTML = await answer.text();
  if (!box.value.trim()) results.prepend(...seenRows());
  mark(0);
}

function mark(index) {
  const rows = [...results.querySelectorAll(".palette-row")];
  if (!rows.length) return;
  const at = (index + rows.length) % rows.length;
  rows.forEach((row, number) => { row.id = `hit-${number}`; row.setAttribute("aria-selected", number === at); });
  box.setAttribute("aria-activedescendant", rows[at].id);
  rows[at].scrollIntoView({ block: "nearest" });
}

function take(row) {
  if (row.href) { location.href = row.href; return; }
  palette.close();
  if (row.dataset.here) { here[row.dataset.here][1].click(); return; }
  const [name, value] = row.dataset.press.split(":");
  if (name === "help") document.dispatchEvent(new Event("help"));
  else document.querySelector(`.top-acts button[name="${name}"][value="${value}"]`)?.click();
}

// Records that were opened here last, newest first; forgotten when one signs out.
const seen = () => JSON.parse(localStorage.getItem(SEEN) || "[]");
const record = document.querySelector("[data-record]");
if (record) {
  const entry = { url: location.pathname, title: record.dataset.record };
  localStorage.setItem(SEEN, JSON.stringify([entry, ...seen().filter((each) => each.url !== entry.url)].slice(0, KEPT)));
}
document.addEventListener("submit", (event) => { if ("forget" in event.target.dataset) localStorage.removeItem(SEEN); });

function seenRows() {
  const others = seen().filter((each) => each.url !== location.pathname);
  if (!others.length) return [];
  const head = Object.assign(document.createElement("div"), { className: "palette-group", textContent: palette.dataset.seen });
  return [head, ...others.map(({ url, title }) => {
    const row = Object.assign(document.createElement("a"), { className: "palette-row", href: url });
    row.setAttribute("role", "option");
    row.append(Object.assign(document.createElement("span"), { textContent: title }));
    return row;
  })];
}

let wait;
box.addEventListener("input", (event) => { if (event.isComposing) return; clearTimeout(wait); wait = setTimeout(suggest, 120); });
box.addEventListener("compositionend", suggest);
box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const rows = [...results.querySelectorAll(".palette-row")], at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1); }
  if (event.key === "ArrowUp") { event.preventDefault(); mark(at - 1); }
  if (event.key === "Escape") { event.preventDefault(); palette.close(); } // a search field would only be emptied
  if (event.key === "Enter" && rows[at]) { event.preventDefault(); take(rows[at]); }
});
palette.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
  const row = event.target.closest("[data-here], [data-press]");
  if (row) take(row);
});
const field = document.querySelector("[data-open-palette]");
const takeOver = () => { openPalette(field.value); box.setSelectionRange(box.value.length, box.value.length); field.value = ""; };
field?.addEventListener("input", (event) => { if (!event.isComposing) takeOver(); });
field?.addEventListener("compositionend", takeOver);
