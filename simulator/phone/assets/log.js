// What happened on the current call, line by line, with what was sent word for word behind each.

import { byId, el } from "/phone/dom.js";
import { nameOf } from "/phone/calls.js";

const KEPT = 1000;
const GROUPS = {
  caller: { label: "Caller", kinds: ["prompt", "tone", "sent_tone", "recording", "speech", "far_end", "fetch"] },
  webhooks: { label: "Webhooks", kinds: ["notification"] },
  requests: { label: "Requests", kinds: ["request", "fault"] },
  states: { label: "States", kinds: ["state"] },
};
const WORDS = { sent_tone: "bot's key", far_end: "far end", notification: "webhook", tone: "key", fetch: "prompt" };
const KEYS = { star: "*", pound: "#", flash: "flash" };

export const keyOf = (tone) => KEYS[tone] ?? tone.replace(/^tone/, "").toUpperCase();
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

const TEXTS = {
  state: (entry) => `${entry.state}${entry.audio ? `, audio ${entry.audio}` : ""} (${entry.why.replaceAll("_", " ")})`,
  notification: (entry) => {
    const outcome = entry.attempts.length ? `→ ${entry.attempts.join(", ")}` : entry.fault ? "" : "on its way";
    const state = entry.state === entry.kind ? null : entry.state;
    return [entry.kind, state, outcome, entry.fault && `fault: ${entry.fault}`].filter(Boolean).join(" ");
  },
  request: (entry) => `${entry.action} → ${entry.status}${entry.code ? ` ${entry.code}` : ""}`,
  fault: (entry) => `${entry.action}: ${entry.fault}`,
  prompt: (entry) => {
    const words = entry.caption ? `“${entry.caption}” ` : "";
    if (entry.ended_at === null) return `${words}plays, ${seconds(entry.duration_ms)}`;
    if (entry.cut_short_by === null) return `${words}heard, ${seconds(entry.heard_ms)}`;
    return `${words}heard for ${seconds(entry.heard_ms)} of ${seconds(entry.duration_ms)}: ${entry.cut_short_by.replaceAll("_", " ")}`;
  },
  fetch: (entry) => `could not be used: ${entry.problem}`,
  recording: (entry) => entry.state === "listening"
    ? "the bot records"
    : `${seconds(entry.recorded_ms)} recorded: ${entry.reason.replaceAll("_", " ")}`,
  tone: (entry) => `${keyOf(entry.tone)}, heard by ${entry.heard_by === "nobody" ? "nobody" : `the ${entry.heard_by}`}`,
  sent_tone: (entry) => keyOf(entry.tone),
  speech: (entry) => `the caller speaks, ${seconds(entry.duration_ms)}`,
  far_end: (entry, call) => {
    const who = [entry.who].flat().filter(Boolean).map((id) => nameOf(call, id)).join(", ");
    return `${who} ${entry.does.replaceAll("_", " ")}`;
  },
};

const isBad = (entry) =>
  entry.what === "fault" || entry.what === "fetch" || (entry.what === "request" && entry.status >= 400) ||
  (entry.what === "notification" && (entry.fault || entry.attempts.some((one) => !(one >= 200 && one < 300))));

export class Log {
  #calls;
  #list = byId("entries");
  #rows = new Map();
  #hidden = new Set();

  constructor(calls) {
    this.#calls = calls;
    byId("filters").append(...Object.entries(GROUPS).map(([group, { label }]) => this.#filter(group, label)));
    calls.addEventListener("call", () => this.#empty());
    calls.addEventListener("entry", ({ detail }) => this.#show(detail.index, detail.entry));
  }

  #filter(group, label) {
    const flip = ({ currentTarget }) => {
      const shown = this.#hidden.delete(group) || !this.#hidden.add(group);
      currentTarget.setAttribute("aria-pressed", shown);
      for (const row of this.#rows.values()) row.hidden = this.#hidden.has(row.dataset.group);
    };
    return el("button", { type: "button", class: "filter", "aria-pressed": "true", onclick: flip }, label);
  }

  #empty() {
    this.#rows.clear();
    this.#list.replaceChildren();
    byId("log-empty").hidden = false;
    const call = this.#calls.current;
    byId("raw").setAttribute("href", call ? `/simulator/calls/${call.id}` : "/simulator/calls");
  }

  #show(index, entry) {
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
    const row = this.#row(index, entry);
    const old = this.#rows.get(index);
    if (old?.querySelector("details")?.open) row.querySelector("details").open = true;
    this.#rows.set(index, row);
    if (old) old.replaceWith(row);
    else this.#list.append(row);
    if (this.#list.children.length > KEPT) this.#list.firstElementChild.remove();
    byId("log-empty").hidden = true;
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #row(index, entry) {
    const call = this.#calls.current;
    const began = this.#calls.entries[0]?.at ?? entry.at;
    const group = Object.keys(GROUPS).find((name) => GROUPS[name].kinds.includes(entry.what)) ?? "states";
    const details = el("details", {}, el("summary", {}, TEXTS[entry.what]?.(entry, call) ?? entry.what));
    details.addEventListener("toggle", () => {
      if (details.open && !details.querySelector("pre")) {
        details.append(el("pre", { tabindex: "0" }, JSON.stringify(entry, null, 2)));
      }
    });
    return el(
      "li",
      {
        class: isBad(entry) ? "entry bad" : "entry",
        "data-what": entry.what,
        "data-group": group,
        hidden: this.#hidden.has(group),
      },
      el("span", { class: "entry-at" }, (entry.at - began).toFixed(2)),
      el("span", { class: "entry-kind" }, WORDS[entry.what] ?? entry.what),
      el("div", { class: "entry-text" }, details),
    );
  }
}
