// The drawing of a flow: drag, connect, click to edit. What changes is kept as the draft, which runs nothing.
const canvas = document.querySelector("[data-flow]"), panel = document.querySelector("[data-flow-panel]");
const state = document.querySelector("[data-flow-state]"), words = document.querySelector("[data-flow-words]").dataset;
let data = JSON.parse(document.querySelector("#flow-data").textContent), timer, running = Promise.resolve(), quiet = true;
const style = getComputedStyle(document.body), colour = (name) => style.getPropertyValue(`--${name}`).trim();
const WIDE = 220, HIGH = 72, ROOM = 108; // letters that have room in a box; a Chinese character takes two

await new Promise((done) => document.head.append(Object.assign(document.createElement("script"), { src: canvas.dataset.core, onload: done })));
const { LogicFlow, RectNode, RectNodeModel, PolylineEdge, PolylineEdgeModel } = window.Core;

class StepModel extends RectNodeModel {
  initNodeData(node) { super.initNodeData(node); this.width = WIDE; this.height = HIGH; this.radius = 6; this.text.editable = false; this.text.draggable = false; }
  getNodeStyle() {
    const bad = this.properties.bad;
    return { ...super.getNodeStyle(), fill: colour("surface"), stroke: bad ? colour("danger") : this.isSelected ? colour("primary") : colour("muted"), strokeWidth: bad || this.isSelected ? 2 : 1 };
  }
  getTextStyle() { return { ...super.getTextStyle(), color: colour("text"), fontSize: 12, overflowMode: "autoWrap", textWidth: WIDE - 20, lineHeight: 1.3 }; }
  getDefaultAnchor() { const { x, y, id } = this; return [{ x, y: y - HIGH / 2, id: `${id}_top` }, { x, y: y + HIGH / 2, id: `${id}_bottom` }, { x: x - WIDE / 2, y, id: `${id}_left` }, { x: x + WIDE / 2, y, id: `${id}_right` }]; }
}
class WayModel extends PolylineEdgeModel {
  getEdgeStyle() { return { ...super.getEdgeStyle(), stroke: this.isSelected ? colour("primary") : colour("muted"), strokeWidth: this.isSelected ? 2 : 1 }; }
  getTextStyle() { return { ...super.getTextStyle(), color: colour("text"), fontSize: 12, background: { fill: colour("surface") } }; }
}

const exitsOf = (id) => data.told[id]?.exits ?? data.exits[flow.getNodeModelById(id)?.properties.kind] ?? [["", ""]];
const labelOf = (id, exit) => exitsOf(id).find(([name]) => name === exit)?.[1] ?? "";
const kindOf = (id) => flow.getNodeModelById(id)?.properties.kind;
function short(text) {
  let room = ROOM;
  const end = [...text].findIndex((letter) => (room -= letter > "\u2fff" ? 2 : 1) < 0);
  return end < 0 ? text : `${[...text].slice(0, end - 1).join("")}…`;
}
const leaving = (id) => flow.graphModel.edges.filter((edge) => edge.sourceNodeId === id);
const freeExit = (id, but) => exitsOf(id).map(([name]) => name).find((name) => !leaving(id).some((edge) => edge.id !== but && (edge.properties.exit ?? "") === name));
function newName() { let number = 1; while (flow.getNodeModelById(`n${number}`)) number += 1; return `n${number}`; }

const flow = new LogicFlow({
  container: canvas, grid: { size: 20, visible: false }, keyboard: { enabled: data.may }, isSilentMode: !data.may, textEdit: false, edgeTextEdit: false, nodeTextEdit: false, stopScrollGraph: true, stopZoomGraph: true,
  idGenerator: (type) => (type === "step" ? newName() : `e${Date.now()}${Math.random().toString(36).slice(2, 6)}`),
  guards: { beforeDelete: (it) => it.id !== "start" && it.data?.id !== "start" },
});
flow.register({ type: "step", view: RectNode, model: StepModel });
flow.register({ type: "way", view: PolylineEdge, model: WayModel });
flow.setDefaultEdgeType("way");

const toNode = (node) => ({ id: node.id, type: "step", x: node.x, y: node.y, text: short(data.told[node.id]?.text ?? node.kind), properties: { kind: node.kind, bad: Boolean(data.told[node.id]?.problems.length) } });
const toEdge = (edge) => ({ type: "way", sourceNodeId: edge.from, targetNodeId: edge.to, text: data.told[edge.from]?.exits.find(([name]) => name === (edge.exit ?? ""))?.[1] ?? "", properties: { exit: edge.exit ?? "" } });
flow.render({ nodes: data.graph.nodes.map(toNode), edges: data.graph.edges.map(toEdge) });
fit();
quiet = false;

// Keeping
function drawn() {
  const known = new Map(data.graph.nodes.map((node) => [node.id, node])), { nodes, edges } = flow.getGraphRawData();
  return {
    nodes: nodes.map(({ id, x, y, properties }) => ({ params: {}, ...known.get(id), id, kind: properties.kind, x: Math.round(x), y: Math.round(y) })),
    edges: edges.map(({ sourceNodeId, targetNodeId, properties }) => ({ from: sourceNodeId, exit: properties.exit ?? "", to: targetNodeId })),
  };
}
async function keep() {
  clearTimeout(timer); timer = null;
  state.textContent = words.saving; state.className = "muted";
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const answer = await fetch(data.save, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify({ graph: drawn(), version: data.version }) });
  const told = await answer.json().catch(() => ({ error: answer.statusText }));
  if (!answer.ok) { state.textContent = told.error; state.className = "field-error"; return; }
  data = told;
  quiet = true;
  for (const node of data.graph.nodes) { flow.updateText(node.id, short(data.told[node.id].text)); flow.setProperties(node.id, { bad: Boolean(data.told[node.id].problems.length) }); }
  quiet = false;
  state.textContent = words.saved;
}
function soon() { if (quiet || !data.may) return; clearTimeout(timer); timer = setTimeout(() => { running = running.then(keep); }, 500); }
const settled = () => { if (timer) { clearTimeout(timer); running = running.then(keep); } return running; };
for (const event of ["node:drop", "node:delete", "edge:delete", "node:dnd-add"]) flow.on(event, soon);

// Connecting: the first exit that is free; clicking an arrow of several ways takes the next.
flow.on("edge:add", ({ data: edge }) => {
  if (quiet) return;
  const exit = freeExit(edge.sourceNodeId, edge.id), inward = edge.targetNodeId === "start" || edge.targetNodeId === edge.sourceNodeId;
  if (exit === undefined || inward) { flow.deleteEdge(edge.id); return; }
  flow.setProperties(edge.id, { exit });
  flow.updateText(edge.id, labelOf(edge.sourceNodeId, exit));
  soon();
});
flow.on("edge:click", ({ data: edge }) => {
  const names = exitsOf(edge.sourceNodeId).map(([name]) => name);
  if (!data.may || names.length < 2) return;
  const now = edge.properties.exit ?? "", next = names[(names.indexOf(now) + 1) % names.length];
  const other = leaving(edge.sourceNodeId).find((each) => each.id !== edge.id && each.properties.exit === next);
  if (other) { flow.setProperties(other.id, { exit: now }); flow.updateText(other.id, labelOf(edge.sourceNodeId, now)); }
  flow.setProperties(edge.id, { exit: next }); flow.updateText(edge.id, labelOf(edge.sourceNodeId, next));
  soon();
});

// Adding: dragged to its place, or put below what is selected, and joined to it.
let chosen = "start", dragged = false;
for (const button of document.querySelectorAll("[data-kind]")) {
  const made = () => ({ type: "step", text: button.textContent.trim(), properties: { kind: button.dataset.kind } });
  button.addEventListener("dragstart", (event) => event.preventDefault());
  button.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse" && event.button === 0) { dragged = false; flow.dnd.startDrag(made()); } });
  button.addEventListener("click", () => {
    flow.dnd.stopDrag?.();
    if (dragged) return;
    const above = flow.getNodeModelById(chosen) ?? flow.getNodeModelById("start"), column = leaving(above.id).length;
    const node = flow.addNode({ ...made(), x: above.x + column * (WIDE + 60), y: above.y + HIGH + 60 });
    if (freeExit(above.id) !== undefined) flow.addEdge({ type: "way", sourceNodeId: above.id, targetNodeId: node.id });
    chosen = node.id; soon(); open(node.id);
  });
}
flow.on("node:dnd-add", ({ data: node }) => { dragged = true; chosen = node.id; });

// The panel beside
function fit() { // all of it in sight, never larger than life
  flow.resize(); flow.resetZoom(); flow.fitView(30, 30);
  if (flow.getTransform().SCALE_X > 1) { flow.resetZoom(); flow.translateCenter(); }
}
async function open(id) {
  chosen = id;
  if (!data.may) return;
  await settled();
  panel.hidden = false;
  await window.htmx.ajax("GET", `${data.node.replace("NODE", id)}?from=drawing`, { target: panel, swap: "innerHTML" });
  fit();
}
flow.on("node:click", ({ data: node }) => open(node.id));
flow.on("blank:click", () => { if (!panel.hidden) { panel.hidden = true; fit(); } });
panel.addEventListener("click", (event) => { if (event.target.closest(".form-foot a")) { event.preventDefault(); panel.hidden = true; fit(); } });
addEventListener("resize", fit);
