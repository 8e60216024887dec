// Naming colleagues in a text: `@` offers them, arrows choose, Enter or Tab takes, Escape leaves what was typed.
const BEGUN = /(?:^|[^A-Za-z0-9_.-])@([\p{L}\p{N}_.-]{0,30})$/u, WHOLE = /^[\p{L}\p{N}_.-]{1,30}$/u;
let box = null, list = null, wait, asked = 0;

const options = () => [...(list?.children ?? [])];
const word = (field) => field.value.slice(0, field.selectionStart).match(BEGUN)?.[1];

function close() {
  clearTimeout(wait);
  asked += 1; // an answer on its way comes too late
  list?.remove();
  box?.removeAttribute("aria-activedescendant");
  box?.removeAttribute("aria-controls");
  box = list = null;
}
function mark(option) {
  for (const each of options()) each.setAttribute("aria-selected", each === option);
  box.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}
async function offer(field) {
  const begun = word(field), turn = (asked += 1);
  if (begun === undefined) return close();
  let choices = [];
  try { ({ choices } = await (await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(begun)}`)).json()); } catch { /* nobody to offer */ }
  if (turn !== asked) return;
  close();
  if (!choices.length || document.activeElement !== field) return;
  box = field;
  list = Object.assign(document.createElement("div"), { id: "mentions", className: "mentions" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent.trim() ?? "@");
  choices.forEach(({ text, hint }, index) => {
    const option = Object.assign(document.createElement("div"), { id: `mention-${index}` });
    option.setAttribute("role", "option");
    // A name with a blank in it, or of two people, is no name that the text could tell apart.
    option.dataset.name = WHOLE.test(text) && choices.filter((each) => each.text === text).length === 1 ? text : hint;
    option.append(text, Object.assign(document.createElement("small"), { textContent: hint }));
    list.append(option);
  });
  field.after(list);
  list.style.left = `${field.offsetLeft}px`;
  list.style.top = `${field.offsetTop + field.offsetHeight}px`;
  field.setAttribute("aria-controls", list.id);
  mark(list.firstElementChild);
}
function take(option) {
  const field = box, end = field.selectionStart;
  field.setRangeText(`@${option.dataset.name} `, end - word(field).length - 1, end, "end");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-mentions]");
  if (!field || event.isComposing) return;
  clearTimeout(wait);
  wait = setTimeout(offer, 120, field);
});
document.addEventListener("compositionend", (event) => { if (event.target.matches?.("[data-mentions]")) offer(event.target); });
document.addEventListener("keydown", (event) => {
  if (event.target !== box || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = options(), at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length };
  if (event.key in steps) mark(all[steps[event.key] % all.length]);
  else if (event.key === "Escape") close();
  else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(all[at]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.(".mentions [role=option]");
  if (option) { event.preventDefault(); take(option); }
});
document.addEventListener("focusout", (event) => { if (event.target === box) close(); });
