// Everybody else: telephones that ring because of the bot, and who is in the meeting of the current call.

import * as control from "/phone/control.js";
import { isOver, nameOf } from "/phone/calls.js";
import { byId, el, refill, saying } from "/phone/dom.js";

const REFRESH_MS = 1000;

const small = (label, act, danger = false) =>
  el("button", { type: "button", class: `button small${danger ? " danger" : ""}`, onclick: saying(act) }, label);

/** Telephones of people whom the bot calls, invites, or hands a call on to. */
export class Telephones {
  #calls;
  #before = {};

  constructor(calls) {
    this.#calls = calls;
    byId("by-hand").addEventListener("change", saying((event) => this.#byHand(event.target.checked)));
    calls.addEventListener("calls", () => this.#show());
    calls.addEventListener("connection", saying(() => this.#read()));
    this.#show();
  }

  async #read() {
    const { anyone_else: anyone } = await control.settings();
    byId("by-hand").checked = anyone.outcome === "waits";
    this.#show();
  }

  async #byHand(on) {
    if (on) {
      const { targets, anyone_else } = await control.settings();
      this.#before = { targets, anyone_else };
      await control.change({ targets: {}, anyone_else: { ...anyone_else, outcome: "waits" } });
    } else {
      await control.change({ anyone_else: { outcome: "answers" }, ...this.#before });
    }
    await this.#read();
  }

  #show() {
    const rows = this.#calls.all.filter((call) => !isOver(call)).flatMap((call) => call.rings.map((who) => el(
      "li",
      { "data-rings": who },
      el("span", { class: "grow" }, nameOf(call, who), el("br"), el("span", { class: "soft" }, "rings")),
      small("Answer", () => control.answer(call.id, who)),
      small("Decline", () => control.decline(call.id, who), true),
    )));
    refill(byId("ringing"), rows);
    byId("ringing-hint").hidden = rows.length > 0;
    byId("ringing-hint").textContent = byId("by-hand").checked
      ? "Whoever the bot calls, or hands this call on to, rings here."
      : "They answer, or do not, by themselves, as the simulator's settings say.";
  }
}

/** The meeting or group call that the current call is in. */
export class Meeting {
  #calls;

  constructor(calls, called) {
    this.#calls = calls;
    byId("meet").addEventListener("click", saying(async () => {
      const { id } = await control.createMeeting(2);
      await called((await control.ring({ meeting: id })).id);
    }));
    const id = () => this.#calls.current.conversation;
    byId("join").addEventListener("click", saying(() => control.join(id(), [this.#somebody()], false)));
    byId("lobby").addEventListener("click", saying(() => control.join(id(), [this.#somebody()], true)));
    byId("end-meeting").addEventListener("click", saying(() => control.endMeeting(id())));
    calls.addEventListener("call", () => this.#refresh());
    calls.addEventListener("entry", ({ detail }) => detail.live && detail.entry.kind === "roster" && this.#refresh());
    setInterval(() => this.#refresh(), REFRESH_MS);
  }

  #somebody() {
    const number = crypto.getRandomValues(new Uint32Array(1))[0];
    const id = `0c1f5b00-5555-4a2b-9c3d-${number.toString(16).padStart(12, "0")}`;
    return { user: { id, displayName: `Visitor ${number % 1000}` } };
  }

  async #refresh() {
    const call = this.#calls.current;
    const there = !isOver(call) && call.conversation !== null;
    byId("meet").hidden = there;
    for (const name of ["join", "lobby", "end-meeting"]) byId(name).hidden = !there;
    if (!there || document.hidden) {
      if (!there) refill(byId("participants"), []);
      return;
    }
    const { participants } = await control.showMeeting(call.conversation).catch(() => ({ participants: [] }));
    refill(byId("participants"), participants.map((one) => this.#row(call.conversation, one)));
  }

  #row(meeting, one) {
    const [kind, who] = Object.entries(one.info.identity).find(([, value]) => value?.id) ?? ["", {}];
    const act = (label, does, danger) => small(label, () => control.act(meeting, does, one.id), danger);
    const told = [
      kind === "application" && "the bot",
      one.isInLobby && "in the lobby",
      one.isMuted && "muted",
      one.onHold && "on hold",
      one.mediaStreams?.some((stream) => stream.mediaType === "videoBasedScreenSharing" && stream.direction !== "inactive") && "shares",
    ].filter(Boolean).join(", ");
    const buttons = kind === "application" ? [] : one.isInLobby ? [act("Let in", "admit")] : [
      one.isMuted ? act("Unmute", "unmute") : act("Mute", "mute"),
      act("Share", "share"),
      act("Leave", "leave"),
    ];
    return el(
      "li",
      {},
      el("span", { class: "grow" }, who.displayName ?? who.id ?? one.id, el("br"), el("span", { class: "soft" }, told || "in the meeting")),
      ...buttons,
      act("Remove", "remove", true),
    );
  }
}
