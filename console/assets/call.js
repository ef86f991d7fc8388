// One call: what is known of it, its timeline, its recordings, every event; and what an operator can do to it.

import * as api from "/api/console/api.js";
import { confirmed } from "/api/console/confirm.js";
import { el, notice, refill, saying } from "/api/console/dom.js";
import { player } from "/api/console/recording.js";
import { timeline } from "/api/console/timeline.js";
import { clock, kindOf, lasted, plain, when } from "/api/console/words.js";

const TOLD = new Set(["seq", "at", "what", "node"]);

/** The view of one call; returns what shows it anew. */
export function callView(view, id) {
  const head = el("section", { class: "card", "aria-labelledby": "call-title" });
  const lanes = el("section", { class: "card", "aria-labelledby": "lanes-title" });
  const sounds = el("section", { class: "card", "aria-labelledby": "sounds-title", hidden: true }, el("h2", { id: "sounds-title" }, "Recordings"));
  const list = el("ol", { class: "events", tabindex: "0", "aria-label": "Events" });
  const title = el("div", { class: "head" });
  const known = el("dl", { class: "facts" });
  head.append(title, known);
  view.replaceChildren(head, lanes, sounds, el("section", { class: "card", "aria-labelledby": "events-title" }, el("h2", { id: "events-title" }, "Events"), list));
  const rows = new Map();
  const players = new Set();

  const point = (seq) => {
    for (const row of rows.values()) row.classList.remove("marked");
    const row = rows.get(seq);
    row?.classList.add("marked");
    row?.scrollIntoView({ block: "nearest" });
    row?.querySelector("summary")?.focus({ preventScroll: true });
  };

  return async () => {
    const [call, events] = await Promise.all([api.call(id), api.events(id)]);
    refill(title, ...heading(call));
    refill(known, ...facts(call));
    const until = call.ended ?? (call.state === "live" ? Date.now() / 1000 : 0);
    lanes.replaceChildren(
      el("h2", { id: "lanes-title" }, "Timeline"),
      el("div", { class: "timeline", tabindex: "0", role: "region", "aria-label": "Timeline" }, timeline(events, until, point)),
    );
    for (const recording of call.recordings ?? []) {
      if (recording.status !== "saved" || players.has(recording.n)) continue;
      players.add(recording.n);
      sounds.hidden = false;
      sounds.append(player(id, recording));
    }
    for (const event of events) {
      if (rows.has(event.seq)) continue;
      const row = shown(event, events[0].at);
      rows.set(event.seq, row);
      list.append(row);
    }
    return call.state === "live";
  };
}

function facts(call) {
  const known = [
    ["Started", when(call.started)], ["Time", clock(lasted(call))], ["Flow", call.flow], ["Route", call.route],
    ["Customer", call.customer], ["From", `${plain(call.direction)} ${plain(call.caller)}`.trim()], ["Keys pressed", call.keys],
    ["Answered after", call.answer_ms === undefined || call.answer_ms === null ? null : `${call.answer_ms} ms`],
    ["Code", call.code === undefined || call.code === null ? null : `${call.code} / ${call.subcode}`],
    ["Scenario id, for Microsoft", scenario(call.id)],
    ["Reason", call.reason && plain(call.reason)], ["Transfer", call.transfer && `to ${plain(call.transfer.target)}: ${plain(call.transfer.state)}`],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  return known.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value))));
}

// The header scenario-id of every request that we send Graph about this call.
const scenario = (id) => id.slice(-32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

async function copy(call) {
  await navigator.clipboard.writeText(scenario(call.id));
  notice("The scenario id was copied.");
}

function heading(call) {
  const chip = el("span", { class: "chip", "data-kind": kindOf(call) }, call.state === "live" ? "live" : plain(call.outcome));
  const buttons = call.state === "live" ? [
    el("button", { class: "button", type: "button", onclick: saying(() => mute(call)) }, "Mute"),
    el("button", { class: "button", type: "button", onclick: saying(() => play(call)) }, "Play a prompt"),
    el("button", { class: "button", type: "button", onclick: saying(() => transfer(call)) }, "Transfer"),
    el("button", { class: "button danger", type: "button", onclick: saying(() => hangUp(call)) }, "Hang up"),
  ] : [];
  return [
    el("h2", { id: "call-title" }, "Call ", el("span", { class: "mono" }, call.id)),
    el("div", { class: "row" }, chip, el("button", { class: "button", type: "button", onclick: saying(() => copy(call)) }, "Copy scenario id"), ...buttons),
  ];
}

function shown(event, start) {
  const rest = Object.entries(event).filter(([key, value]) => !TOLD.has(key) && value !== null && typeof value !== "object");
  const text = [event.node, rest.map(([key, value]) => `${plain(key)} ${value}`).join(", ")].filter(Boolean).join(": ");
  return el(
    "li",
    { "data-what": event.what },
    el("span", { class: "at" }, (event.at - start).toFixed(2)),
    el("span", { class: "what" }, plain(event.what)),
    el("details", {}, el("summary", {}, text || "…"), el("pre", { tabindex: "0" }, JSON.stringify(event, null, 2))),
  );
}

async function hangUp(call) {
  const agreed = await confirmed({ title: "Hang up", text: "The caller hears nothing more. This cannot be undone.", word: "hang up" });
  if (agreed === null) return;
  await api.hangUp(call.id);
  notice("The bot was told to hang up.");
}

async function mute(call) {
  const agreed = await confirmed({
    title: "Mute", text: "A muted bot hears and is not heard; unmuting lets it be heard again.", word: "mute",
    fields: [["action", "What to do", [["mute", "mute the bot"], ["unmute", "unmute the bot"]]]],
  });
  if (agreed === null) return;
  await api.act(call.id, agreed.action);
  notice(`The bot was told to ${agreed.action} itself.`);
}

async function play(call) {
  const agreed = await confirmed({
    title: "Play a prompt", text: "The caller hears it now; what the flow plays waits until it is over.", word: "play",
    fields: [["prompt", "Id of a prompt of the catalogue"]],
  });
  if (agreed === null) return;
  await api.act(call.id, "play", { prompt: agreed.prompt });
  notice("The bot was told to play the prompt.");
}

async function transfer(call) {
  const kinds = [["user", "a Teams user, by object id"], ["phone", "a phone number, +…"], ["application_instance", "a resource account, by object id"]];
  const agreed = await confirmed({
    title: "Transfer", text: "The call leaves the bot for good when they answer.", word: "transfer",
    fields: [["kind", "To", kinds], ["who", "Id or number"]],
  });
  if (agreed === null) return;
  await api.transfer(call.id, { [agreed.kind]: agreed.who });
  notice("The bot was told to transfer the call.");
}
