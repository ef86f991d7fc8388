// What is known of calls: the news, kept. One of the calls is the one that this page shows and hears.

import * as control from "/phone/control.js";
import { notice } from "/phone/dom.js";

const KEPT = 50;

export class Calls extends EventTarget {
  // Events: `connection` (detail: state), `calls` (the list has changed), `call` (the current one is another),
  // `entry` (detail: {index, entry, live}) of the current call.
  #calls = new Map();
  #entries = [];
  #current = null;
  #early = new Map();
  #offset = Infinity;

  get all() { return [...this.#calls.values()]; }
  get current() { return this.#calls.get(this.#current) ?? null; }
  get entries() { return this.#entries; }

  /** The simulator's time, in Unix seconds: how its clock is set is learnt from the quickest news. */
  now() { return Date.now() / 1000 - (Number.isFinite(this.#offset) ? this.#offset : 0); }

  listen() {
    const source = new EventSource("/phone/news");
    source.addEventListener("hello", (event) => this.#hello(this.#read(event)));
    source.addEventListener("entry", (event) => this.#entry(this.#read(event)));
    source.addEventListener("open", () => this.#tell("connection", "live"));
    source.addEventListener("error", () => {
      this.#tell("connection", "lost");
      this.#offset = Infinity;
    });
  }

  /** Show and hear this call from now on. */
  async choose(id) {
    this.#current = id;
    this.#entries = [];
    const early = (this.#early = new Map());
    this.#tell("call");
    let entries = [];
    try {
      entries = id === null ? [] : await control.transcript(id);
    } catch (problem) {
      notice(problem.message);
    }
    if (this.#early !== early) return; // another was chosen meanwhile, or this one again
    this.#early = null;
    entries.forEach((entry, index) => this.#keep(index, entry, false));
    early.forEach((entry, index) => this.#keep(index, entry, true));
  }

  #read(event) {
    const news = JSON.parse(event.data);
    this.#offset = Math.min(this.#offset, Date.now() / 1000 - news.now);
    return news;
  }

  #hello({ calls }) {
    this.#calls = new Map(calls.slice(-KEPT).map((call) => [call.id, call]));
    const live = calls.filter((call) => call.state !== "terminated");
    const again = this.#calls.has(this.#current) ? this.#current : (live.at(-1)?.id ?? null);
    this.#tell("calls");
    this.choose(again);
  }

  #entry({ call, index, entry }) {
    const known = this.#calls.get(call.id);
    this.#calls.set(call.id, { ...call, names: { ...known?.names, ...call.names } });
    while (this.#calls.size > KEPT) this.#calls.delete(this.#calls.keys().next().value);
    this.#tell("calls");
    if (this.#current === null) {
      this.choose(call.id);
    } else if (call.id === this.#current) {
      if (this.#early) this.#early.set(index, entry);
      else this.#keep(index, entry, true);
    }
  }

  #keep(index, entry, live) {
    this.#entries[index] = entry;
    this.#tell("entry", { index, entry, live });
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

/** How a person of a call is called. */
export const nameOf = (call, id) => call.names?.[id] ?? id;

/** Whom the bot talks to. */
export function peerOf(call) {
  const end = call.direction === "incoming" ? call.caller : call.to;
  return nameOf(call, Object.values(end)[0]);
}

export const isOver = (call) => call === null || call.state === "terminated";
