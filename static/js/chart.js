// Draws [data-chart] from the JSON beside it; ECharts is loaded only on pages that have a chart.
const LIGHT = ["#1554b8", "#b8560f", "#17703a", "#8a3ffc", "#0b6a83", "#b42318", "#6b5b00", "#4b5563"];
const DARK = ["#7fb0ff", "#f0b45b", "#6fd08c", "#c4a0ff", "#66c7dd", "#ff9a8f", "#d9c65c", "#a3afbf"];

function load(src) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

function draw(node) {
  const data = JSON.parse(document.getElementById(node.dataset.chart).textContent);
  const style = getComputedStyle(document.documentElement), tone = (name) => style.getPropertyValue(name).trim();
  const colours = document.documentElement.dataset.bsTheme === "dark" ? DARK : LIGHT;
  const short = (value) => {
    const [size, unit] = data.units.find(([each]) => Math.abs(value) >= each) ?? [1, ""];
    return `${(value / size).toLocaleString(undefined, { maximumFractionDigits: 1 })}${unit}`;
  };
  const words = { color: tone("--muted"), fontFamily: tone("--font"), fontSize: 12 };
  const chart = window.echarts.init(node, null, { renderer: "svg" });
  chart.setOption({
    color: colours,
    textStyle: words,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, itemGap: 16, textStyle: { ...words, color: tone("--text") } },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: tone("--raised"), borderColor: tone("--line"), textStyle: { ...words, color: tone("--text") },
      valueFormatter: (value) => value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    },
    xAxis: { type: "category", data: data.months, axisLabel: words, axisTick: { show: false }, axisLine: { lineStyle: { color: tone("--control") } } },
    yAxis: { type: "value", axisLabel: { ...words, formatter: short }, splitLine: { lineStyle: { color: tone("--line") } } },
    series: data.series.map((each) => each.bars
      ? { name: each.name, type: "bar", data: each.values, barMaxWidth: 18, barGap: "10%", itemStyle: { borderRadius: [3, 3, 0, 0] } }
      : { name: each.name, type: "line", data: each.values, symbol: "circle", symbolSize: 6, lineStyle: { width: 2 } }),
  });
  drawn.set(node, chart);
}

const drawn = new Map();
let library;
async function charts() {
  for (const [node, chart] of drawn) if (!node.isConnected) { chart.dispose(); drawn.delete(node); }
  const fresh = [...document.querySelectorAll("[data-chart]")].filter((node) => !drawn.has(node));
  if (!fresh.length) return;
  await (library ??= load(fresh[0].dataset.echarts));
  for (const node of fresh) if (node.isConnected && !drawn.has(node)) draw(node);
}
addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
document.addEventListener("htmx:afterSettle", charts);
charts();
