// One time axis, four lanes: where the flow was, what the caller heard, what the caller did, what Graph reported.

import { svg } from "/api/console/dom.js";
import { clock, plain } from "/api/console/words.js";

const LANES = [["flow", "Flow"], ["heard", "Heard"], ["caller", "Caller"], ["graph", "Call"]];
const LEFT = 70, WIDE = 1000, TOP = 24, LANE = 34, BAR = 22, LETTER = 6.6;
const ENDS_PROMPT = new Set(["outcome", "prompt", "keys", "ended"]);

/** Spans of a call's events: `{lane, from, to, label, seq, bad}`; times in seconds from the beginning. */
export function spans(events, until) {
  const start = events[0]?.at ?? 0;
  const found = [];
  const open = {};
  const end = Math.max(until - start, (events.at(-1)?.at ?? start) - start, 0.1);
  const close = (lane, at) => {
    if (open[lane]) found.push({ ...open[lane], to: at });
    delete open[lane];
  };
  const begin = (lane, at, label, event, bad = false) => {
    close(lane, at);
    open[lane] = { lane, from: at, label, seq: event.seq, bad };
  };
  const mark = (lane, at, label, event, bad = false) => found.push({ lane, from: at, to: at, label, seq: event.seq, bad });
  for (const event of events) {
    const at = event.at - start;
    if (ENDS_PROMPT.has(event.what) || (event.what === "state" && ["interrupting", "recording"].includes(event.state))) close("heard", at);
    if (event.what === "node_entered") begin("flow", at, event.node, event);
    else if (event.what === "prompt") begin("heard", at, event.prompt, event);
    else if (event.what === "keys") mark("caller", at, event.count === 1 ? "1 key" : `${event.count} keys`, event);
    else if (event.what === "state" && event.state === "recording") begin("caller", at, "speaks", event);
    else if (event.what === "recording" && event.status === "expected") close("caller", at);
    else if (event.what === "transfer") mark("graph", at, `transfer ${plain(event.state)}`, event, event.state === "returned");
    else if (event.what === "failed") mark("graph", at, `failed: ${plain(event.why)}`, event, true);
    else if (["incoming", "ended", "control"].includes(event.what)) mark("graph", at, event.what === "control" ? `operator: ${plain(event.action)}` : event.what, event);
  }
  for (const lane of Object.keys(open)) close(lane, end);
  return { spans: found, end };
}

const NICE = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** The drawing; `chosen` is told the `seq` of what somebody clicks on. */
export function timeline(events, until, chosen) {
  const { spans: bars, end } = spans(events, until);
  const x = (seconds) => LEFT + (seconds / end) * (WIDE - LEFT - 10);
  const high = TOP + LANES.length * LANE + 8;
  const step = NICE.find((each) => end / each <= 10) ?? 7200;
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step).map((at) => svg(
    "g",
    { class: "tick" },
    svg("line", { x1: x(at), x2: x(at), y1: TOP - 6, y2: high - 8 }),
    svg("text", { x: x(at) + 3, y: TOP - 10 }, clock(at)),
  ));
  const names = LANES.map(([, name], index) => svg("text", { class: "lane-name", x: 4, y: TOP + index * LANE + BAR / 2 + 8 }, name));
  const drawn = bars.flatMap((bar) => {
    const y = TOP + LANES.findIndex(([lane]) => lane === bar.lane) * LANE + 4;
    const marked = bar.from === bar.to;
    const wide = marked ? 8 : Math.max(2, x(bar.to) - x(bar.from));
    const left = marked ? x(bar.from) - 4 : x(bar.from);
    const title = `${bar.label}, ${bar.from.toFixed(1)} s${marked ? "" : ` to ${bar.to.toFixed(1)} s`}`;
    const rect = svg("rect", {
      class: bar.bad ? "span bad" : "span", "data-lane": bar.lane, x: left, y, width: wide, height: BAR, rx: 4,
      onclick: () => chosen(bar.seq),
    }, svg("title", {}, title));
    const fits = Math.floor((wide - 8) / LETTER);
    const label = fits >= 4 ? svg("text", { class: "label", x: left + 5, y: y + 15, "aria-hidden": "true" }, bar.label.length > fits ? `${bar.label.slice(0, fits - 1)}…` : bar.label) : null;
    return label ? [rect, label] : [rect];
  });
  const told = `Timeline of ${clock(end)}. The events below say the same.`;
  return svg("svg", { viewBox: `0 0 ${WIDE} ${high}`, role: "img", "aria-label": told }, ...ticks, ...names, ...drawn);
}
