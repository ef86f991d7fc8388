// Usage: how well calls went of late, and what they came to by month, customer and route.

import "/api/console/chart.umd.min.js";
import * as api from "/api/console/api.js";
import { byId, el, saying } from "/api/console/dom.js";
import { plain } from "/api/console/words.js";

const { Chart } = globalThis;
const CLASSES = [["contained", "--go"], ["abandoned", "--caller"], ["transferred", "--flow"], ["failed", "--stop"], ["others", "--soft"]];
const OF_CUSTOMERS = ["--flow", "--prompt", "--graph", "--caller", "--accent", "--soft"];
const MEASURES = { calls: "Calls", minutes: "Minutes", cost: "Cost" };
const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const PARTS = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const charts = new Set();
let redraw = () => {};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const share = (value) => (value === null ? "–" : `${PARTS.format(100 * value)} %`);
const month = (back) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
};

/** The view: figures and charts of 30 days, months by customer, a table, and the table for a spreadsheet. */
export async function usage(view) {
  const [from, to] = [5, 0].map((back, at) => el("input", { type: "month", id: at ? "to" : "from", value: month(back) }));
  const customer = el("select", { id: "customer" }, el("option", { value: "" }, "all"));
  const measure = el("select", { id: "measure" }, ...Object.entries(MEASURES).map(([value, shown]) => el("option", { value }, shown)));
  const field = (label, control) => el("label", { class: "field" }, el("span", {}, label), control);
  const told = el("div", { class: "grid" });
  const form = el("form", { class: "card row", "aria-label": "Usage", onsubmit: (event) => event.preventDefault() },
    field("Customer", customer), field("From", from), field("To", to), field("Months show", measure));
  view.replaceChildren(form, told);
  let known = null;

  const show = () => {
    for (const chart of charts) chart.destroy();
    charts.clear();
    if (!told.isConnected || known === null) return;
    const { figures, months, currency } = known;
    told.replaceChildren(
      card("well-title", "The last 30 days", tiles(figures), picture(daily(figures.days), "Calls of each day, by what came of them; the figures above say how many"), failures(figures)),
      card("months-title", "By month and customer", picture(monthly(months, measure.value), `${MEASURES[measure.value]} of each month by customer; the table below says the same`), table(months, currency, from, to, customer)),
    );
  };
  const load = async () => {
    const [figures, used] = await Promise.all([api.kpis(customer.value), api.usage(from.value, to.value, customer.value)]);
    known = { figures, ...used };
    if (customer.value === "") {
      const names = [...new Set(used.months.map((row) => row.customer).filter(Boolean))].sort();
      customer.replaceChildren(el("option", { value: "" }, "all"), ...names.map((name) => el("option", { value: name }, name)));
    }
    show();
  };
  redraw = show;
  measure.addEventListener("input", show);
  for (const control of [customer, from, to]) control.addEventListener("change", saying(load));
  await load();
  byId("customer")?.focus();
}

const card = (id, title, ...children) => el("section", { class: "card", "aria-labelledby": id }, el("h2", { id }, title), ...children);

function tiles(figures) {
  const seconds = (spread, by) => (spread === null ? "–" : `${PARTS.format(spread.mean / by)} s`);
  const shown = [
    ["Calls", WHOLE.format(figures.calls), `${WHOLE.format(figures.answered)} answered`],
    ["Containment", share(figures.containment), "of answered calls, by the flow alone"],
    ["Abandonment", share(figures.abandonment), "left before the flow was done"],
    ["Answer time", seconds(figures.answer_ms, 1000), figures.answer_ms ? `95 % within ${PARTS.format(figures.answer_ms.p95 / 1000)} s` : ""],
    ["Handle time", seconds(figures.handle_s, 1), figures.handle_s ? `95 % within ${PARTS.format(figures.handle_s.p95)} s` : ""],
    ["Transferred", WHOLE.format(figures.transferred), Object.entries(figures.transfers).map(([state, many]) => `${many} ${plain(state)}`).join(", ")],
    ["Failed", WHOLE.format(figures.failed), "broke down, or reached nobody"],
  ];
  return el("dl", { class: "tiles" }, ...shown.map(([name, value, about]) => el("div", {}, el("dt", {}, name), el("dd", { class: "big" }, value), el("dd", { class: "soft small-text" }, about))));
}

function picture(config, told) {
  const canvas = el("canvas", { role: "img", "aria-label": told });
  queueMicrotask(() => { if (canvas.isConnected) charts.add(new Chart(canvas, config)); });
  return el("div", { class: "chart" }, canvas);
}

function stacked(labels, datasets) {
  const axis = { stacked: true, ticks: { color: colour("--soft") }, grid: { color: colour("--line") }, border: { color: colour("--line") } };
  return {
    type: "bar",
    data: { labels, datasets: datasets.map((each) => ({ maxBarThickness: 42, borderRadius: 3, ...each })) },
    options: {
      animation: false, maintainAspectRatio: false, locale: navigator.language, interaction: { mode: "index" },
      scales: { x: { ...axis, grid: { display: false } }, y: { ...axis, beginAtZero: true } },
      plugins: { legend: { position: "bottom", labels: { color: colour("--text"), boxWidth: 12, boxHeight: 12 } } },
    },
  };
}

const daily = (days) => stacked(
  days.map((each) => each.day.slice(5)),
  CLASSES.map(([name, tone]) => ({ label: name, data: days.map((each) => each[name]), backgroundColor: colour(tone) })),
);

function monthly(rows, measure) {
  const months = [...new Set(rows.map((row) => row.month))].sort();
  const customers = [...new Set(rows.map((row) => row.customer))].sort();
  const sum = (month, customer) => rows.filter((row) => row.month === month && row.customer === customer).reduce((total, row) => total + (row[measure] ?? 0), 0);
  return stacked(months, customers.map((customer, at) => ({
    label: customer ?? "no customer", data: months.map((month) => sum(month, customer)), backgroundColor: colour(OF_CUSTOMERS[at % OF_CUSTOMERS.length]),
  })));
}

function failures(figures) {
  if (!figures.failures.length) return null;
  const rows = figures.failures.slice(0, 10).map((each) => el("tr", {},
    el("td", {}, plain(each.outcome)), el("td", { class: "mono" }, `${each.code ?? "–"} / ${each.subcode ?? "–"}`), el("td", { class: "number" }, WHOLE.format(each.calls))));
  return scroll("Failures", ["Failure", "Code / subcode", "Calls"], rows, 2);
}

function table(months, currency, from, to, customer) {
  const heads = ["Month", "Customer", "Route", "Calls", "Minutes", "Executions", "Storage operations", "Recorded s", "Telephone s", currency ? `Cost, ${currency}` : "Cost"];
  const rows = months.map((row) => el("tr", {},
    el("td", {}, row.month), el("td", {}, row.customer ?? ""), el("td", {}, row.route ?? ""),
    ...[WHOLE.format(row.calls), PARTS.format(row.minutes), WHOLE.format(row.executions), WHOLE.format(row.storage_operations),
      PARTS.format(row.recorded_s), PARTS.format(row.telephone_s), row.cost === null ? "–" : row.cost.toFixed(2)].map((text) => el("td", { class: "number" }, text))));
  const save = el("button", { class: "button", type: "button", onclick: saying(async () => {
    const address = URL.createObjectURL(await api.usageTable(from.value, to.value, customer.value));
    el("a", { href: address, download: `usage-${from.value}-${to.value}.csv` }).click();
    URL.revokeObjectURL(address);
  }) }, "Save as CSV");
  const about = el("p", { class: "soft small-text" }, currency ? "" : "No prices are set (PRICES), so nothing has a cost. ", "Executions and storage operations are reckoned from each call's notifications and activities.");
  return el("div", { class: "grid" }, rows.length ? scroll("Usage", heads, rows, 3) : el("p", { class: "empty" }, "No call has ended in these months."), about, el("div", {}, save));
}

const scroll = (name, heads, rows, numbers) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, el("table", {},
  el("thead", {}, el("tr", {}, ...heads.map((head, at) => el("th", { scope: "col", class: at >= numbers ? "number" : null }, head)))),
  el("tbody", {}, ...rows)));
