// Own fields: what a type needs is shown, and fields are put in order by dragging them.
const form = document.querySelector("[data-own-field]");
if (form) {
  const type = form.elements.namedItem("type"), options = form.querySelector("[data-lines=options]");
  const show = () => {
    options.hidden = !["choice", "choices"].includes(type.value);
    form.elements.namedItem("default").closest(".field").hidden = ["party", "product", "file"].includes(type.value);
  };
  type.addEventListener("change", show);
  show();
}

function dress(layout) {
  for (const list of layout.querySelectorAll("[data-section]")) {
    window.Sortable.create(list, {
      group: "own-fields", handle: ".own-grip", animation: 120,
      onEnd: () => {
        const order = layout.querySelector("[data-order]");
        order.disabled = false;
        order.value = [...layout.querySelectorAll("[data-section]")].map((each) => `${each.dataset.section}:${[...each.children].map((row) => row.dataset.field).join(",")}`).join(";");
        order.form.requestSubmit();
      },
    });
  }
}
if (window.Sortable) {
  document.querySelectorAll("[data-own-layout]").forEach(dress);
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt?.id === "own-layout") dress(event.detail.elt); });
}
