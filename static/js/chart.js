// Draws [data-chart] from the JSON beside it; ECharts is loaded only on pages that have a chart.
const COLOURS = ["#1554b8", "#b8560f", "#17703a", "#8a3ffc", "#0b6a83", "#b42318", "#6b5b00", "#4b5563"];

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
  const style = getComputedStyle(document.documentElement);
  const text = style.getPropertyValue("--text").trim() || "#1f2a37";
  const chart = window.echarts.init(node, null, { renderer: "svg" });
  chart.setOption({
    color: COLOURS,
    textStyle: { color: text },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: text } },
    tooltip: { trigger: "axis", valueFormatter: (value) => value.toLocaleString(undefined, { minimumFractionDigits: 2 }) },
    xAxis: { type: "category", data: data.months },
    yAxis: { type: "value" },
    series: data.series.map((each) => ({ name: each.name, type: "line", data: each.values, showSymbol: false })),
  });
  addEventListener("resize", () => chart.resize());
}

const charts = document.querySelectorAll("[data-chart]");
if (charts.length) {
  await load(charts[0].dataset.echarts);
  charts.forEach(draw);
}
