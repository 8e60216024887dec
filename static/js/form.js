// Forms: searched pickers, lines with keys and paste, nothing lost by leaving.
const body = document.body;

// Pickers
let tom;
function loadTom() {
  tom ??= new Promise((done) => {
    if (window.TomSelect) return done();
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: body.dataset.tomCss }));
    document.head.append(Object.assign(document.createElement("script"), { src: body.dataset.tomJs, onload: done }));
  });
  return tom;
}
async function dress(root) {
  const selects = [...root.querySelectorAll("select[data-picker]:not(.tomselected)")].filter((select) => !select.closest("template"));
  if (root.matches?.("select[data-picker]:not(.tomselected)")) selects.push(root);
  if (!selects.length) return;
  await loadTom();
  for (const select of selects) if (!select.tomselect) make(select);
}
function make(select) {
  const address = select.dataset.picker, name = select.getAttribute("aria-label") ?? select.labels[0]?.textContent.replace("*", "").trim() ?? "";
  let answered = null, waits = false, nothing = ""; // the word whose answer is shown; whether Enter was pressed before it came; what is said when there is nothing
  const find = async (q) => {
    try { return await (await fetch(`${address}?q=${encodeURIComponent(q)}${select.dataset.pickerQuery ? `&${select.dataset.pickerQuery}` : ""}`)).json(); } catch { return { choices: [] }; /* nothing to pick from */ }
  };
  const picker = new window.TomSelect(select, {
    valueField: "value", labelField: "text", searchField: [], preload: "focus", maxOptions: 50, dropdownParent: select.closest("dialog") ? null : "body",
    plugins: select.multiple ? ["remove_button"] : select.required ? [] : ["clear_button"],
    score: () => () => 1,
    shouldLoad: () => true,
    load: async (q, done) => {
      const { choices: found, nothing: instead } = await find(q), fits = picker.inputValue() === q;
      if (fits) { picker.clearOptions(); answered = q; nothing = instead; } // what an earlier word found is no answer to this one
      done(fits ? found : []);
      if (!fits) return;
      if (waits && found.length) setTimeout(() => { picker.addItem(String(found[0].value)); picker.setTextboxValue(""); picker.close(); });
      waits = false;
    },
    render: {
      option: (row, escape) => `<div>${escape(row.text)}${row.hint ? `<small class="muted">${escape(row.hint)}</small>` : ""}</div>`,
      no_results: (row, escape) => nothing && answered === picker.inputValue() ? `<div class="no-results" role="option" aria-disabled="true" aria-selected="false">${escape(nothing)}</div>` : null,
    },
    onChange: () => select.dispatchEvent(new Event("change", { bubbles: true })),
  });
  // Enter never takes a row that an earlier word found: it waits for the answer to this one.
  picker.control_input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !picker.inputValue() || picker.inputValue() === answered) return;
    event.preventDefault(); event.stopImmediatePropagation();
    waits = true;
    picker.loadedSearches = {};
    picker.load(picker.inputValue());
  }, { capture: true });
  // Tab takes what Enter would, and goes on at once: the answer to a word may come when the focus is elsewhere.
  picker.control_input.addEventListener("keydown", async (event) => {
    const word = picker.inputValue();
    if (event.key !== "Tab" || event.isComposing || !word) return;
    if (word === answered && picker.activeOption) return picker.addItem(picker.activeOption.dataset.value);
    const { choices: [first] } = await find(word);
    picker.wrapper.classList.toggle("is-invalid", !first);
    if (first) { picker.addOption({ ...first }); picker.addItem(String(first.value)); }
  }, { capture: true });
  // What waits to be shown would open the list after it was left, and take the focus back.
  picker.control_input.addEventListener("blur", () => clearTimeout(picker.refreshTimeout));
  const clear = picker.wrapper.querySelector(".clear-button"); // for the mouse: keys have Backspace, and Tab leads to the next field
  if (clear) { clear.tabIndex = -1; clear.title = ""; clear.ariaHidden = "true"; }
  select.setAttribute("aria-label", name);
  picker.control_input.setAttribute("aria-label", name);
}
dress(document);
document.addEventListener("htmx:load", (event) => dress(event.detail.elt));

// A value that stands in many pasted lines is asked for once.
const known = new Map();
function lookUp(address, value) {
  const question = `${address}?exact=${encodeURIComponent(value)}`;
  if (!known.has(question)) known.set(question, fetch(question).then((answer) => answer.json()).then(({ choices }) => choices, () => []));
  return known.get(question);
}

// Lines
for (const grid of document.querySelectorAll("[data-lines]")) lines(grid);
function lines(grid) {
  const prefix = grid.dataset.lines, table = grid.querySelector("tbody"), template = grid.querySelector("template");
  const total = grid.querySelector(`[name="${prefix}-TOTAL_FORMS"]`), add = grid.querySelector("[data-add-line]");
  const cells = (row) => [...row.querySelectorAll("input:not([type=hidden],[type=checkbox]), select, textarea")].filter((cell) => !cell.closest(".ts-wrapper") || cell.matches(".ts-control input"));
  const rows = () => [...table.querySelectorAll("[data-line]:not(.gone)")];
  const number = () => rows().forEach((row, index) => { row.querySelector(".row-no").textContent = index + 1; });
  const isBlank = (row) => ![...row.querySelectorAll("input:not([type=hidden],[type=checkbox]), select, textarea")].some((cell) => cell.name && cell.value && cell.value !== cell.defaultValue);
  add.hidden = false;
  function addLine() {
    const index = Number(total.value);
    table.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__prefix__", index));
    total.value = index + 1;
    const row = table.lastElementChild;
    dress(row); number();
    return row;
  }
  add.addEventListener("click", () => { const row = addLine(); setTimeout(() => cells(row)[0]?.focus(), 50); });
  grid.addEventListener("change", (event) => {
    if (!event.target.matches("[data-remove-line]")) return;
    const row = event.target.closest("[data-line]");
    row.classList.toggle("gone", event.target.checked);
    if (!rows().length) addLine();
    number();
    grid.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // Enter goes to the next cell; after the last one a new line begins.
  grid.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.target.matches("button, textarea")) return;
    if (event.target.closest(".ts-wrapper.dropdown-active")) return;
    event.preventDefault();
    const row = event.target.closest("[data-line]"), own = cells(row), at = own.indexOf(event.target);
    if (own[at + 1]) return own[at + 1].focus();
    const next = rows()[rows().indexOf(row) + 1] ?? addLine();
    setTimeout(() => cells(next)[0]?.focus(), 30);
  });
  // Pasting cells from a sheet fills lines from here on; pickers are found by code or exact name.
  grid.addEventListener("paste", async (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    let row = event.target.closest("[data-line]");
    const fields = (line) => [...line.querySelectorAll("[name]")].filter((cell) => !cell.matches("[type=hidden], [type=checkbox], [name$='_text']"));
    const here = event.target.closest(".ts-wrapper")?.previousElementSibling ?? event.target;
    const from = Math.max(0, fields(row).indexOf(here)), pickers = fields(row).slice(from).map((cell) => cell.dataset.picker);
    const sheet = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t").map((value) => value.trim()));
    sheet.forEach((values) => values.forEach((value, index) => pickers[index] && value && lookUp(pickers[index], value)));
    for (const values of sheet) {
      row ??= addLine();
      await Promise.all(fields(row).slice(from, from + values.length).map((cell, index) => fill(cell, values[index])));
      row = row.nextElementSibling;
    }
    grid.dispatchEvent(new Event("change", { bubbles: true }));
  });
  async function fill(cell, value) {
    if (!cell.dataset.picker) { cell.value = cell.inputMode === "decimal" || cell.type === "number" ? value.replace(/,/g, "") : value; return; }
    if (!value) return;
    const choices = await lookUp(cell.dataset.picker, value);
    await loadTom();
    if (!cell.tomselect) make(cell);
    if (choices[0]) { cell.tomselect.addOption({ ...choices[0] }); cell.tomselect.setValue(choices[0].value); } // each picker writes into its own option
    cell.tomselect.wrapper.classList.toggle("is-invalid", !choices[0]);
  }
  if (isBlank.length && !rows().length) addLine();
  number();
}

// What is wrong with a field is forgotten as soon as it is changed: only the next save knows more.
function forgive({ target: field }) {
  if (!field.matches?.("input, select, textarea")) return;
  const box = field.closest(".field, td"), wrong = box?.querySelectorAll(".is-invalid, [aria-invalid]") ?? [];
  if (!wrong.length) return;
  for (const each of wrong) { each.classList.remove("is-invalid"); each.removeAttribute("aria-invalid"); }
  box.querySelector(".field-error")?.remove();
  const summary = document.querySelector("[data-errors]");
  for (const each of wrong) if (each.id) summary?.querySelector(`a[href="#${CSS.escape(each.id)}"]`)?.closest("li").remove();
  if (summary?.querySelector("ul") && !summary.querySelector("li")) summary.remove();
}
for (const kind of ["input", "change"]) document.addEventListener(kind, forgive);

// Errors get the focus; leaving with unsaved input asks first; Ctrl-S and Ctrl-Enter save.
document.querySelector("[data-errors]")?.focus();
const form = document.querySelector("[data-form]");
if (form) {
  const dirty = (is) => { if (is) form.dataset.dirty = "1"; else delete form.dataset.dirty; };
  dirty(form.querySelector("[data-errors]"));
  form.addEventListener("input", () => dirty(true));
  form.addEventListener("submit", () => dirty(false));
  document.addEventListener("htmx:beforeOnLoad", (event) => { if (event.detail.xhr.getResponseHeader("HX-Redirect")) dirty(false); }); // to sign in: the draft is kept
  addEventListener("beforeunload", (event) => { if ("dirty" in form.dataset) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && (event.key === "s" || event.key === "Enter")) { event.preventDefault(); form.requestSubmit(form.querySelector("[data-save]")); }
  });
}
