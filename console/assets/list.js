// Live and Search: tables of calls.

import * as api from "/api/console/api.js";
import { byId, el, refill, saying } from "/api/console/dom.js";
import { clock, kindOf, lasted, plain, shortId, when } from "/api/console/words.js";

const PAGE = 200;
const MOST_LOADED = 2000;
const OBSERVED = 25; // live calls whose current step is looked up

const chip = (call) => el("span", { class: "chip", "data-kind": kindOf(call) }, call.state === "live" ? "live" : plain(call.outcome));

function table(calls, steps) {
  const heads = ["Call", "State", steps ? "Step" : "Started", "Flow", "Customer", "From", "Time"];
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Calls" },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col", class: head === "Time" ? "number" : null }, head)))),
      el("tbody", {}, ...calls.map((call) => el(
        "tr",
        {},
        el("td", {}, el("a", { href: `#/call/${call.id}`, class: "mono" }, shortId(call.id))),
        el("td", {}, chip(call)),
        el("td", {}, steps ? (steps.get(call.id) ?? "") : when(call.started)),
        el("td", {}, call.flow ?? ""),
        el("td", {}, call.customer ?? ""),
        el("td", {}, `${plain(call.direction)} ${plain(call.caller)}`.trim()),
        el("td", { class: "number" }, clock(lasted(call))),
      ))),
    ),
  );
}

/** Calls in progress, anew every time it is called. */
export async function live(view) {
  const [{ calls: now, next }, { calls: past }] = await Promise.all([api.calls(PAGE, null, "live"), api.calls(8, null, "ended")]);
  if (!view.dataset.shown) progress(view, now, next, past, new Map()); // the steps can wait
  const told = await Promise.all(now.slice(0, OBSERVED).map((call) => api.events(call.id).catch(() => [])));
  const steps = new Map(told.map((events, index) => [now[index].id, events.findLast((event) => event.what === "node_entered")?.node]));
  progress(view, now, next, past, steps);
}

function progress(view, now, next, ended, steps) {
  refill(
    view,
    el(
      "section",
      { class: "card", "aria-labelledby": "live-title" },
      el("h2", { id: "live-title" }, now.length === 1 ? "1 call in progress" : `${next ? "More than " : ""}${now.length} calls in progress`),
      now.length ? table(now, steps) : el("p", { class: "empty" }, "Nobody is on the line."),
    ),
    ended.length ? el(
      "section",
      { class: "card", "aria-labelledby": "ended-title" },
      el("h2", { id: "ended-title" }, "Ended of late"),
      table(ended),
    ) : null,
  );
}

/** All calls, narrowed down on the page. */
export async function search(view) {
  let loaded = [];
  let next = null;
  const found = el("div", { class: "card" });
  const more = el("button", { class: "button", type: "button" }, "Load earlier calls");
  const field = (label, control) => el("label", { class: "field" }, el("span", {}, label), control);
  const words = el("input", { type: "search", id: "words", placeholder: "id, flow, route, customer, outcome", autocomplete: "off" });
  const outcome = el("select", { id: "outcome" }, el("option", { value: "" }, "any"));
  const [from, to] = ["from", "to"].map((id) => el("input", { type: "date", id }));
  const form = el("form", { class: "card row", "aria-label": "Search", onsubmit: (event) => event.preventDefault() },
    field("Words", words), field("Outcome", outcome), field("From", from), field("To", to));

  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [earliest, latest] = [from.value, to.value].map((day) => day && new Date(`${day}T00:00`).getTime() / 1000);
    const hits = loaded.filter((call) => {
      const text = [call.id, call.flow, call.route, call.customer, call.outcome, call.state, call.caller, call.direction].join(" ").toLowerCase();
      return wanted.every((word) => text.includes(word)) && (!outcome.value || call.outcome === outcome.value)
        && (!earliest || call.started >= earliest) && (!latest || call.started < latest + 86400);
    });
    found.replaceChildren(
      el("div", { class: "head" }, el("h2", { "aria-live": "polite" }, `${hits.length} of ${loaded.length} calls`), next ? more : null),
      hits.length ? table(hits.slice(0, 500)) : el("p", { class: "empty" }, "No call is like that."),
    );
  };
  const load = async () => {
    const page = await api.calls(PAGE, next);
    loaded = [...loaded, ...page.calls];
    next = loaded.length < MOST_LOADED ? page.next : null;
    const chosen = outcome.value;
    const outcomes = [...new Set(loaded.map((call) => call.outcome).filter(Boolean))].sort();
    outcome.replaceChildren(el("option", { value: "" }, "any"), ...outcomes.map((one) => el("option", { value: one }, plain(one))));
    outcome.value = chosen;
    show();
  };
  for (const control of [words, outcome, from, to]) control.addEventListener("input", show);
  more.addEventListener("click", saying(load));
  view.replaceChildren(form, found);
  await load();
  byId("words")?.focus();
}
