// Flow map: a flow as it is drawn, with how often each node was entered and each edge taken, and where callers left.

import * as api from "/api/console/api.js";
import { Graph, layout } from "/api/console/dagre.esm.js";
import { byId, el, saying, svg } from "/api/console/dom.js";

const END = "@end";
const WIDE = 172, HIGH = 58, LETTER = 6.2;
const WHOLE = new Intl.NumberFormat();
const day = (back) => new Date(Date.now() - back * 86400e3).toISOString().slice(0, 10);

/** The view: choose a flow and days, see the map and a table of it. */
export async function flowMap(view) {
  const { flows } = await api.flows();
  const flow = el("select", { id: "flow" }, ...flows.map((id) => el("option", { value: id }, id)));
  const [since, until] = [29, 0].map((back, at) => el("input", { type: "date", id: at ? "until" : "since", value: day(back) }));
  const field = (label, control) => el("label", { class: "field" }, el("span", {}, label), control);
  const form = el("form", { class: "card row", "aria-label": "Flow map", onsubmit: (event) => event.preventDefault() },
    field("Flow", flow), field("From", since), field("To", until));
  const told = el("div", { class: "grid" });
  view.replaceChildren(form, told);
  const load = async () => {
    if (!flows.length) return told.replaceChildren(el("p", { class: "card empty" }, "No route leads to a flow."));
    const walks = await api.walks(flow.value, since.value, until.value);
    told.replaceChildren(
      el("section", { class: "card", "aria-labelledby": "map-title" },
        el("h2", { id: "map-title" }, `${walks.flow}: ${walks.calls === 1 ? "1 call" : `${WHOLE.format(walks.calls)} calls`}`),
        el("p", { class: "soft small-text legend" }, "A node says how often it was entered; ", el("span", { class: "key left" }, "red"), " is the share of its calls that were abandoned or broke down in it. Wide lines are often taken; dashed ones only when something goes wrong."),
        el("div", { class: "map", tabindex: "0", role: "region", "aria-label": "Map" }, drawing(walks))),
      el("section", { class: "card", "aria-labelledby": "nodes-title" }, el("h2", { id: "nodes-title" }, "Nodes"), table(walks)),
    );
  };
  for (const control of [flow, since, until]) control.addEventListener("change", saying(load));
  await load();
  byId("flow")?.focus();
}

const none = { entered: 0, abandoned: 0, failed: 0 };
const left = (node) => node.abandoned + node.failed;

function drawing({ drawn, nodes, edges }) {
  const taken = new Map(edges.map((edge) => [`${edge.from}\n${edge.to}`, edge.calls]));
  const most = Math.max(1, ...taken.values());
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: "TB", nodesep: 26, ranksep: 46, edgesep: 12, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of Object.keys(drawn.nodes)) graph.setNode(id, { width: WIDE, height: HIGH });
  if (drawn.edges.some((edge) => edge.to === null)) graph.setNode(END, { width: 26, height: 26 });
  for (const edge of drawn.edges) {
    const known = graph.edge(edge.from, edge.to ?? END);
    if (known) known.told.push(edge.label);
    else graph.setEdge(edge.from, edge.to ?? END, { aside: edge.aside, told: [edge.label], width: 10, height: 14, labelpos: "c" });
  }
  layout(graph);
  const lines = graph.edges().map((end) => line(graph.edge(end), end, taken.get(`${end.v}\n${end.w}`) ?? 0, most));
  const boxes = graph.nodes().map((id) => (id === END
    ? svg("circle", { class: "end", cx: graph.node(id).x, cy: graph.node(id).y, r: 9 }, svg("title", {}, "end"))
    : box(id, drawn.nodes[id], graph.node(id), nodes[id] ?? none)));
  const { width, height } = graph.graph();
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "The flow with its counts. The table below says the same." }, ...lines, ...boxes);
}

function line({ points, aside, told, x, y }, end, calls, most) {
  const path = points.map((point, at) => `${at ? "L" : "M"}${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ");
  const tip = points.at(-1), before = points.at(-2) ?? points[0];
  const turn = (Math.atan2(tip.y - before.y, tip.x - before.x) * 180) / Math.PI;
  return svg("g", { class: calls ? "edge taken" : "edge", "data-aside": aside ? "yes" : null },
    svg("path", { d: path, "stroke-width": calls ? 1.5 + 7 * (calls / most) : 1 }),
    svg("polygon", { points: "0,0 -9,-4.5 -9,4.5", transform: `translate(${tip.x.toFixed(1)} ${tip.y.toFixed(1)}) rotate(${turn.toFixed(1)})` }),
    calls && x !== undefined ? svg("text", { class: "count", x, y: y + 4, "text-anchor": "middle" }, WHOLE.format(calls)) : null,
    svg("title", {}, `${end.v} → ${end.w === END ? "end" : end.w}: ${told.join(", ")}; ${calls} calls`));
}

function box(id, kind, { x, y }, counts) {
  const [at, top] = [x - WIDE / 2, y - HIGH / 2];
  const part = counts.entered ? Math.min(1, left(counts) / counts.entered) : 0;
  const most = Math.floor((WIDE - 20) / LETTER);
  return svg("g", { class: counts.entered ? "node" : "node unused", "data-node": id },
    svg("rect", { class: "body", x: at, y: top, width: WIDE, height: HIGH, rx: 9 }),
    part ? svg("rect", { class: "left", x: at + 8, y: top + HIGH - 9, width: Math.max(3, (WIDE - 16) * part), height: 4, rx: 2 }) : null,
    svg("text", { class: "name", x: at + 10, y: top + 20 }, id.length > most ? `${id.slice(0, most - 1)}…` : id),
    svg("text", { class: "about", x: at + 10, y: top + 39 }, kind),
    svg("text", { class: "about", x: at + WIDE - 10, y: top + 39, "text-anchor": "end" }, left(counts) ? `${WHOLE.format(counts.entered)}, ${WHOLE.format(left(counts))} left` : WHOLE.format(counts.entered)),
    svg("title", {}, `${id} (${kind}): entered ${counts.entered}, abandoned ${counts.abandoned}, failed ${counts.failed}`));
}

function table({ drawn, nodes }) {
  const ids = [...new Set([...Object.keys(drawn.nodes), ...Object.keys(nodes)])].sort((one, other) => (nodes[other]?.entered ?? 0) - (nodes[one]?.entered ?? 0));
  const cell = (value) => el("td", { class: "number" }, value);
  const rows = ids.map((id) => {
    const counts = nodes[id] ?? none;
    return el("tr", {}, el("td", {}, id), el("td", {}, drawn.nodes[id] ?? "no longer in the flow"), cell(WHOLE.format(counts.entered)), cell(WHOLE.format(counts.abandoned)),
      cell(WHOLE.format(counts.failed)), cell(counts.entered ? `${(100 * left(counts) / counts.entered).toFixed(1)} %` : "–"));
  });
  const heads = ["Node", "Kind", "Entered", "Abandoned", "Failed", "Left"];
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Nodes" }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((head, at) => el("th", { scope: "col", class: at > 1 ? "number" : null }, head)))),
    el("tbody", {}, ...rows)));
}
