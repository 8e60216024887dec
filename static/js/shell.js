// The frame: menus, dialogs, messages, counts, keys. Pages read, filter and save without it.
const frame = document.querySelector("#side").dataset;
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const typing = (event) => event.isComposing || event.target.matches?.("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
const openPalette = () => document.dispatchEvent(new Event("palette"));
const letters = () => localStorage.getItem("shortcuts") !== "off";

// Menus are details elements: one at a time, closed by Escape and by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const target = event.target.closest?.("[data-dismiss], [data-open-side], [data-close-side], [data-close-dialog], [data-retry], [data-why]");
  if (!target) return;
  if ("dismiss" in target.dataset) target.closest(".toast-note").remove();
  if ("openSide" in target.dataset) { event.preventDefault(); $("#side").classList.add("open"); $("#side a")?.focus(); }
  if ("closeSide" in target.dataset) { $("#side").classList.remove("open"); if (location.hash === "#side") history.replaceState(null, "", location.pathname + location.search); }
  if ("closeDialog" in target.dataset) target.closest("dialog").close();
  if ("retry" in target.dataset) htmx.trigger(target.closest("[data-block]"), "retry");
  if (target.dataset.why) toast(target.dataset.why, "warning");
});

export function toast(text, kind = "info") {
  const note = document.createElement("div");
  note.className = `toast-note toast-${kind}`;
  const words = document.createElement("div");
  words.textContent = text;
  const close = document.createElement("button");
  close.className = "btn-close"; close.type = "button"; close.dataset.dismiss = "";
  note.append(words, close);
  $("#toasts").append(note);
}
// Good news leaves by itself; refusals stay until they are read.
const fade = (root) => $$(".toast-success, .toast-info", root).forEach((note) => setTimeout(() => note.remove(), 10000));
fade($("#toasts"));
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => node.matches?.(".toast-success, .toast-info") && setTimeout(() => node.remove(), 10000)))).observe($("#toasts"), { childList: true });

// A button may ask before it acts, and for a reason.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-confirm], button[data-ask-reason]");
  if (!button || button.dataset.sure) return;
  event.preventDefault();
  event.stopPropagation();
  const dialog = $("#confirm"), reason = $("[data-reason]", dialog), asks = "askReason" in button.dataset;
  $("#confirm-text").textContent = button.dataset.confirm || button.textContent.trim();
  reason.hidden = !asks;
  reason.querySelector("input").value = "";
  reason.querySelector("input").required = button.dataset.askReason === "needed";
  const menu = button.closest("details.menu");
  if (menu) menu.open = false; // on a phone it would cover what is asked
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    if (asks) addField(button.form, "reason", reason.querySelector("input").value);
    button.dataset.sure = "1";
    button.click();
    delete button.dataset.sure;
  };
  dialog.showModal();
}, true);

function addField(form, name, value) {
  const field = form.querySelector(`input[type=hidden][name="${name}"]`) ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  field.value = value;
}

// Nothing is sent twice by an impatient click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.target) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});

// Counts in the frame, once a minute while somebody looks.
async function pulse() {
  if (document.hidden) return;
  try {
    const answer = await fetch(frame.pulse, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) return;
    const { unread, badges } = await answer.json();
    for (const place of $$("[data-unread]")) { place.hidden = !unread; place.textContent = unread > 99 ? "99+" : unread; }
    for (const place of $$("[data-badge]")) { const count = badges[place.dataset.badge] || 0; place.hidden = !count; place.textContent = count; }
  } catch { /* the next beat tries again */ }
}
if ("stale" in frame) pulse();
setInterval(pulse, 60000);

// Blocks of the workbench fail alone and offer another try.
document.addEventListener("htmx:responseError", (event) => {
  const block = event.detail.elt.closest("[data-block]"), failed = $("#block-failed");
  if (!block || !failed) return;
  block.replaceChildren(failed.content.cloneNode(true));
  $("[data-request]", block).textContent = event.detail.xhr.getResponseHeader("X-Request-Id") || "";
});
// Refusals (4xx) of fragments carry sentences for the corner; htmx would drop them.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Retarget") === "#toasts") { event.detail.shouldSwap = true; event.detail.isError = false; }
});

// Keys; single letters can be switched off and never fire while somebody types.
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if (event.key === "Escape") { for (const menu of $$("details.menu[open]")) { menu.open = false; $("summary", menu).focus(); } $("#side").classList.remove("open"); return; }
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || !letters() || $("dialog[open]")) return;
  if (event.key === "/") { event.preventDefault(); const search = $(".filter-search"); search ? search.focus() : openPalette(); }
  const declared = $$(`[data-hotkey="${CSS.escape(event.key)}"]`).find((each) => each.checkVisibility());
  if (declared) { event.preventDefault(); declared.click(); return; }
  if (event.key === "?") openHelp();
  if (event.key === "c") { const quick = $(".top-acts details.menu"); if (quick) { quick.open = true; $("a", quick)?.focus(); } }
});
document.addEventListener("help", openHelp);
// The keys of the house, and those that this page declares.
function openHelp() {
  const help = $("#help"), named = (each) => (each.ariaLabel || each.textContent).replace(/\s+/g, " ").trim();
  const declared = $$("[data-hotkey]").filter((each) => !each.disabled && (each.checkVisibility() || each.closest(".menu-list")));
  $("[data-declared]", help).replaceChildren(...declared.flatMap((each) => {
    const key = document.createElement("dt"), what = document.createElement("dd");
    key.append(Object.assign(document.createElement("kbd"), { textContent: each.dataset.hotkey }));
    what.textContent = named(each);
    return [key, what];
  }));
  $("[data-declared-head]", help).hidden = !declared.length;
  help.showModal();
}
const shortcuts = $("[data-shortcuts]");
if (shortcuts) { shortcuts.checked = letters(); shortcuts.addEventListener("change", () => localStorage.setItem("shortcuts", shortcuts.checked ? "on" : "off")); }

// Tabs load when first opened and keep their place in the address.
document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  if (!tab || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  openTab(tab);
});
function openTab(tab) {
  for (const other of $$("[role=tab]", tab.parentElement)) {
    const panel = document.getElementById(other.getAttribute("aria-controls")), open = other === tab;
    other.setAttribute("aria-selected", open);
    panel.hidden = !open;
    if (open) htmx.trigger(panel, "opened");
  }
  history.replaceState(history.state, "", tab.href);
}
document.addEventListener("keydown", (event) => {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key) || !event.target.matches?.("[data-tabs] [role=tab]")) return;
  const tabs = $$("[role=tab]", event.target.parentElement), step = event.key === "ArrowRight" ? 1 : -1;
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  next.focus(); openTab(next);
});

// Kept among the apps of a phone, the house says when there is no net.
navigator.serviceWorker?.register("/worker.js").catch(() => { /* pages work without it */ });
