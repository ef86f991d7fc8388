// What goes wrong: once or some times, all the time, or with the call itself.

import * as control from "/phone/control.js";
import { isOver } from "/phone/calls.js";
import { byId, el, saying } from "/phone/dom.js";

const ONCE = [
  ["Graph says 503 to a prompt", { operation: "playPrompt" }, { status: 503, retry_after: 1 }],
  ["Graph throttles any request (429)", { operation: "*" }, { status: 429, retry_after: 2 }],
  ["A prompt is played, Graph never says so", { operation: "playPrompt" }, "time_out_after_acting"],
  ["The answer takes Graph 5 s", { operation: "answer" }, { delay: 5 }],
  ["The answer is refused (403)", { operation: "answer" }, { status: 403, code: "Forbidden" }],
  ["A recording cannot be fetched", { operation: "recording" }, { status: 503, retry_after: 1 }],
  ["A webhook is lost", { notification: "*" }, "drop"],
  ["A webhook comes twice", { notification: "*" }, "duplicate"],
  ["A key comes after the one behind it", { notification: "tone" }, "reorder"],
  ["The end of a prompt is told 3 s late", { notification: "operation" }, { delay: 3 }],
  ["The token service is away", { operation: "token" }, { status: 503 }],
];
const ALWAYS = [
  ["Every webhook comes twice", (settings) => settings.duplicate_notifications, { duplicate_notifications: true }, { duplicate_notifications: false }],
  ["Webhooks overtake one another", (settings) => settings.reorder_probability > 0, { reorder_probability: 0.3 }, { reorder_probability: 0 }],
  ["Media comes up after 4 s", (settings) => settings.media_delay_s >= 4, { media_delay_s: 4 }, { media_delay_s: 0.2 }],
];
const ENDINGS = [
  ["media_lost", "media lost"], ["bot_media_lost", "the bot's media lost"], ["network_lost", "network lost"],
  ["no_signalling", "no signalling"], ["phone_server_error", "telephone network error"], ["removed", "removed from the meeting"],
  ["longest_call", "longest call"], ["spam", "spam"],
];

const option = (value, label) => el("option", { value }, label);

export class Faults {
  #calls;

  constructor(calls) {
    this.#calls = calls;
    byId("fault-kind").append(...ONCE.map(([label], index) => option(index, label)));
    byId("drop-reason").append(...ENDINGS.map(([name, label]) => option(name, label)));
    byId("fault").addEventListener("submit", saying((event) => this.#plan(event)));
    byId("drop").addEventListener("submit", saying((event) => this.#drop(event)));
    byId("clear").addEventListener("click", saying(() => this.#clear()));
    calls.addEventListener("connection", saying(() => this.#read()));
    calls.addEventListener("entry", saying(({ detail }) => detail.live && (detail.entry.fault || detail.entry.what === "fault") && this.#read()));
    for (const type of ["call", "calls"]) {
      calls.addEventListener(type, () => { byId("drop-call").disabled = isOver(calls.current); });
    }
  }

  async #plan(event) {
    event.preventDefault();
    const [, match, fail] = ONCE[byId("fault-kind").value];
    this.#show(await control.plan({ match, fail, times: Number(byId("fault-times").value) }));
  }

  async #drop(event) {
    event.preventDefault();
    await control.drop(this.#calls.current.id, byId("drop-reason").value);
  }

  async #clear() {
    await control.clearFaults();
    this.#show([]);
  }

  async #read() {
    const [settings, faults] = await Promise.all([control.settings(), control.faults()]);
    byId("switches").replaceChildren(...ALWAYS.map(([label, isOn, on, off]) => {
      const flip = saying((event) => control.change(event.target.checked ? on : off));
      const box = el("input", { type: "checkbox", onchange: flip });
      box.checked = isOn(settings);
      return el("label", { class: "switch" }, box, el("span", {}, label));
    }));
    this.#show(faults);
  }

  #show(faults) {
    byId("clear").hidden = faults.length === 0;
    byId("pending").replaceChildren(...faults.map((fault) => {
      const same = ([, match, fail]) => JSON.stringify([match, fail]) === JSON.stringify([fault.match, fault.fail]);
      const label = ONCE.find(same)?.[0] ?? `${JSON.stringify(fault.match)}: ${JSON.stringify(fault.fail)}`;
      return el("li", {}, el("span", { class: "grow" }, label), el("span", { class: "soft" }, `${fault.times} to come`));
    }));
  }
}
