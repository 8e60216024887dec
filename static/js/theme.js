// Runs before the first paint: "as the device" needs to know the device.
(() => {
  const root = document.documentElement;
  if (root.dataset.theme !== "system") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  apply();
  dark.addEventListener("change", apply);
})();
