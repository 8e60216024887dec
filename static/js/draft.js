// What is typed into a form is kept in this tab until it has arrived, so that neither an ended sign-in nor a fault loses it,
// and two seconds after the last key with the house, too, so that it waits on every other device.
// A draft is "typed", then "sent"; "lost" when the answer was a page to sign in or one that says nothing was saved.
const PREFIX = "draft ", WRONG = "[data-errors], .is-invalid, .errornote, .errorlist";
const note = document.querySelector("#draft-note"); // stands on the pages of those who are signed in
const mine = note && `${PREFIX}${note.dataset.user} `;
const arrival = performance.getEntriesByType("navigation")[0]?.type ?? "navigate";
const here = () => location.pathname + location.search;

const read = (key) => JSON.parse(sessionStorage.getItem(key));
const forget = (key) => sessionStorage.removeItem(key);
function write(key, draft) {
  try { sessionStorage.setItem(key, JSON.stringify(draft)); } catch { /* no room: the draft of before stays */ }
}
const waiting = new Set(note ? JSON.parse(note.dataset.drafts) : []); // addresses of drafts in the house
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
const post = (address, values) => fetch(note.dataset.url, { method: "POST", keepalive: true, headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" }, body: new URLSearchParams({ address, values }) });
function drop(key) {
  forget(key);
  if (!key.startsWith(mine) || !waiting.delete(key.slice(mine.length))) return;
  post(key.slice(mine.length), "").catch(() => { /* it waits on, and is offered again */ });
}
const all = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).map((key) => [key, read(key)]);

function keyOf(form) {
  const address = new URL(form.getAttribute("action") || here(), location.href);
  return mine + address.pathname + address.search;
}
const isTyped = (field) => field.name && !field.readOnly && !["hidden", "checkbox", "radio", "file", "password", "submit", "button"].includes(field.type);
const isKept = (field) => field.name && !("consent" in field.dataset) && // agreed to each time anew
  field.name !== "csrfmiddlewaretoken" && !["file", "password", "submit", "button"].includes(field.type);
const keepers = () => [...document.querySelectorAll("form[method=post]:not([hx-target], #changelist-form)")].filter((form) => form.closest("main, #content, #main, #page") && [...form.elements].some(isTyped));

function snapshot(form) {
  return [...form.elements].filter(isKept).map((field) => {
    if (field.type === "checkbox" || field.type === "radio") return [field.name, field.checked];
    if (field.options) return [field.name, [...field.selectedOptions].map((option) => [option.value, option.text])];
    return [field.name, field.value];
  });
}
function fill(form, values) {
  for (const [name, value] of values) if (name.endsWith("-TOTAL_FORMS")) grow(form, name.replace("-TOTAL_FORMS", ""), Number(value));
  const places = new Map();
  for (const field of [...form.elements].filter(isKept)) places.set(field.name, [...(places.get(field.name) ?? []), field]);
  for (const [name, value] of values) {
    const field = places.get(name)?.shift();
    if (!field || name.endsWith("_FORMS")) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      const turned = field.checked !== value;
      field.checked = value;
      if (turned && "removeLine" in field.dataset) field.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (field.options) choose(field, value);
    else field.value = value;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
  form.dispatchEvent(new Event("change", { bubbles: true }));
}
function choose(select, picked) {
  for (const [value, text] of picked) {
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(text, value));
    select.tomselect?.addOption({ value, text });
  }
  const values = picked.map(([value]) => value);
  for (const option of select.options) option.selected = values.includes(option.value);
  select.tomselect?.setValue(values, true);
}
function grow(form, prefix, count) {
  const total = form.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
  const add = () => form.querySelector(`[data-lines="${prefix}"] [data-add-line], #${prefix}-group .add-row a, #${prefix}-group a.add-row`);
  while (total && Number(total.value) < count && add()) {
    const before = total.value;
    add().click();
    if (total.value === before) return;
  }
}

function keep(form) {
  const key = keyOf(form), draft = read(key), wrong = form.querySelector(WRONG);
  const address = key.slice(mine.length);
  let wait, later, sent = false, told;
  if (wrong && arrival === "back_forward") return location.replace(here()); // the errors of then are no news of now
  if (draft && wrong) write(key, { ...draft, state: "typed" });
  else if (draft?.state === "sent" && arrival === "navigate" && !document.querySelector(".toast-error")) drop(key);
  else if (!draft && !wrong && waiting.has(address)) askHouse();
  else if (draft?.state === "typed") tell(draft);
  else if (draft) { fill(form, draft.values); tell(draft); save("typed"); }

  function save(state) {
    clearTimeout(wait); wait = 0;
    write(key, { state, at: Date.now(), values: snapshot(form) });
  }
  async function askHouse() {
    const answer = await fetch(`${note.dataset.url}?${new URLSearchParams({ address })}`, { headers: { "X-Requested-With": "fetch" } });
    const { at, values } = answer.ok && !answer.redirected ? await answer.json() : {};
    if (values && !read(key)) tell({ state: "typed", at, values });
  }
  async function keepInHouse() {
    clearTimeout(later); later = 0;
    try {
      const answer = await post(address, JSON.stringify(snapshot(form)));
      if (!answer.ok || answer.redirected) return;
      waiting.add(address);
      const place = form.querySelector(".draft-saved") ?? (form.querySelector(".form-foot") ?? form).appendChild(Object.assign(document.createElement("small"), { className: "draft-saved muted", role: "status" }));
      place.textContent = `${note.dataset.saved} ${new Date((await answer.json()).at).toTimeString().slice(0, 5)}`;
    } catch { /* this tab has it */ }
  }
  function typed() {
    clearTimeout(wait); wait = setTimeout(save, 400, "typed");
    clearTimeout(later); later = setTimeout(keepInHouse, 2000);
  }
  function giveUp() { clearTimeout(wait); clearTimeout(later); wait = later = 0; drop(key); delete form.dataset.dirty; }
  function tell({ state, at, values }) {
    told = note.content.firstElementChild.cloneNode(true);
    for (const each of told.querySelectorAll("[data-of]")) each.hidden = (each.dataset.of === "typed") !== (state === "typed");
    told.querySelector("time").textContent = new Date(at).toLocaleString("sv", { dateStyle: "short", timeStyle: "short" });
    told.querySelector("[data-restore]").addEventListener("click", () => { told.remove(); fill(form, values); });
    told.querySelector("[data-discard]").addEventListener("click", () => { giveUp(); location.replace(here()); });
    form.prepend(told);
    for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }
  form.addEventListener("input", () => { if (told?.querySelector("[data-restore]:not([hidden])")) told.remove(); typed(); });
  form.addEventListener("change", typed);
  form.addEventListener("submit", () => { sent = true; clearTimeout(later); later = 0; save("sent"); });
  form.querySelector(".form-foot a")?.addEventListener("click", giveUp);
  addEventListener("pagehide", () => { if (wait) save("typed"); if (later) keepInHouse(); });
  addEventListener("pageshow", (event) => { if (event.persisted && sent && !read(key)) location.replace(here()); });
}

if (note) {
  const forms = keepers(), keys = forms.map(keyOf), unsaved = document.querySelector("[data-unsaved]");
  for (const [key, draft] of all()) {
    if (!key.startsWith(mine)) forget(key);
    else if (draft.state === "sent" && unsaved) write(key, { ...draft, state: "lost" });
    else if (draft.state === "sent" && !keys.includes(key)) drop(key);
  }
  if (document.readyState === "complete") forms.forEach(keep);
  else addEventListener("load", () => forms.forEach(keep)); // lines are added by scripts that come later
  document.addEventListener("submit", (event) => { if ("forget" in event.target.dataset) all().forEach(([key]) => forget(key)); });
} else {
  const next = new URLSearchParams(location.search).get("next");
  for (const [key, draft] of all()) if (draft.state === "sent" || key.endsWith(` ${next}`)) write(key, { ...draft, state: "lost" });
}
