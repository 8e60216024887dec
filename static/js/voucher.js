// The voucher: sums while typing, the amount in capitals, = balances a line, an empty summary takes the one above.
const form = document.querySelector("[data-voucher]");
if (form) {
  const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const rows = () => [...form.querySelectorAll("[data-line]:not(.gone)")].filter((row) => !row.closest("template"));
  const cents = (input) => Math.round(Number((input?.value ?? "").normalize("NFKC").replace(/,/g, "")) * 100) || 0;
  const places = Number(form.dataset.places), digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  const shown = (value) => (value / 100).toLocaleString("en-US", digits);
  const total = (name, but) => rows().reduce((sum, row) => sum + (row === but ? 0 : cents(cell(row, name))), 0);
  function reckon() {
    const debit = total("debit"), credit = total("credit");
    form.querySelector('[data-sum="debit"]').textContent = shown(debit);
    form.querySelector('[data-sum="credit"]').textContent = shown(credit);
    form.querySelector('[data-sum="difference"]').textContent = shown(debit - credit);
    form.querySelector("[data-difference]").hidden = debit === credit;
    const words = form.querySelector("[data-words]");
    words.textContent = words.dataset.zh && debit === credit && debit > 0 ? capitals(debit) : "";
  }
  form.addEventListener("input", reckon);
  form.addEventListener("change", reckon);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "=" || event.isComposing || !event.target.matches('[name$="-debit"], [name$="-credit"]')) return;
    event.preventDefault();
    const row = event.target.closest("[data-line]"), side = event.target.name.endsWith("-debit") ? "debit" : "credit";
    const missing = (total("credit", row) - total("debit", row)) * (side === "debit" ? 1 : -1);
    event.target.value = missing ? (missing / 100).toFixed(places) : "";
    cell(row, side === "debit" ? "credit" : "debit").value = "";
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("focusin", (event) => {
    if (!event.target.matches('[name$="-summary"]') || event.target.value) return;
    const all = rows(), above = all[all.indexOf(event.target.closest("[data-line]")) - 1];
    if (above && cell(above, "summary").value) { event.target.value = cell(above, "summary").value; event.target.select(); }
  });
  reckon();
}

// 中文大写金额: the optional zeros are left out, 整 stands after whole yuan only.
function capitals(amount) {
  const digits = "零壹贰叁肆伍陆柒捌玖", small = ["", "拾", "佰", "仟"], big = ["", "万", "亿", "万亿"];
  const yuan = Math.floor(amount / 100), jiao = Math.floor(amount / 10) % 10, fen = amount % 10;
  let text = "", zero = false;
  const groups = String(yuan).padStart(16, "0").match(/.{4}/g);
  groups.forEach((group, index) => {
    let part = "";
    [...group].forEach((digit, at) => {
      if (digit === "0") { if (text || part) zero = true; return; }
      part += (zero ? "零" : "") + digits[digit] + small[3 - at];
      zero = false;
    });
    if (part) text += part + big[3 - index];
  });
  if (yuan) text += "元";
  if (!jiao && !fen) return `${text || "零元"}整`;
  if (jiao) text += `${digits[jiao]}角`;
  else if (yuan) text += "零";
  return fen ? `${text}${digits[fen]}分` : text;
}
