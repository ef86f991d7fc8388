// The handset: rings the bot, says what is heard and makes it heard, presses keys, speaks, hangs up.

import * as control from "/phone/control.js";
import { Calls, isOver, peerOf } from "/phone/calls.js";
import { byId, el, refill, saying } from "/phone/dom.js";
import { Faults } from "/phone/faults.js";
import { keypad } from "/phone/keypad.js";
import { Log, keyOf } from "/phone/log.js";
import { Microphone } from "/phone/microphone.js";
import { Meeting, Telephones } from "/phone/people.js";
import { Sound } from "/phone/sound.js";
import { convert, hum, wavOf } from "/phone/wav.js";

const CALLERS = {
  phone: { label: "Number", id: "+442079460123", name: null },
  user: { label: "User id", id: "0c1f5b00-5555-4a2b-9c3d-00000000d0e5", name: "Dana Doe" },
  guest: { label: "Guest id", id: "0c1f5b00-5555-4a2b-9c3d-000000009e57", name: "Gil Guest" },
};
const STATES = {
  incoming: "Ringing", establishing: "Connecting", ringing: "Ringing", established: "Connected",
  transferring: "Being put through", transferAccepted: "Put through", redirecting: "Being redirected",
  terminating: "Ending", terminated: "Ended",
};
const CONNECTIONS = { live: "live", lost: "no connection" };

const calls = new Calls();
const sound = new Sound();
const microphone = new Microphone();
let listening = false; // the bot records
let speaking = Promise.resolve(); // pieces of speech go out one after another
let goesOn = false;
let prompts = new Map(); // hearing -> caption

// --- the handset

function showCall() {
  const call = calls.current;
  const over = isOver(call);
  byId("who").textContent = call === null ? "Nobody on the line" : `${peerOf(call)} and the bot`;
  byId("state").textContent = call === null ? "Ring the bot to begin" : stateOf(call);
  byId("state").dataset.state = call?.state ?? "none";
  byId("call").hidden = !over;
  byId("hangup").hidden = over;
  for (const name of ["microphone", "file", "hum"]) byId(name).disabled = over;
  for (const name of ["kinds", "id-field"]) byId(name).hidden = !over;
  byId("name-field").hidden = !over || kindOfCaller().name === null;
  sound.ringback(!over && ["incoming", "transferring", "redirecting"].includes(call.state));
  if (over) {
    setListening(false);
    sound.silence();
  }
  const rows = calls.all.toReversed().map((one) => el(
    "li",
    { class: one.id === call?.id ? "current" : null },
    el(
      "button",
      { type: "button", class: "line", "aria-current": one.id === call?.id ? "true" : null, onclick: saying(() => calls.choose(one.id)) },
      el("span", {}, peerOf(one)),
      el("span", { class: "soft" }, `${one.direction}, ${stateOf(one).toLowerCase()}`),
    ),
  ));
  refill(byId("lines"), rows);
  byId("lines-empty").hidden = rows.length > 0;
}

function stateOf(call) {
  if (call.state === "established" && call.audio !== "active") return "Connected, no sound yet";
  if (call.state !== "terminated" || !call.result) return STATES[call.state] ?? call.state;
  return `Ended (${call.result.code}/${call.result.subcode ?? call.result.subCode})`;
}

function showCaption() {
  byId("caption").textContent = [...prompts.values()].at(-1) ?? "";
}

function setListening(on) {
  if (on && !listening) sound.beep();
  listening = on;
  goesOn = false;
  byId("recording").hidden = !on;
  byId("speech-hint").textContent = on ? "The bot records: speak now." : "Speech matters while the bot records.";
}

function newCall() {
  sound.silence();
  prompts = new Map();
  byId("pressed").replaceChildren();
  setListening(false);
  showCaption();
  showCall();
}

// --- what happens

function entered({ detail: { index, entry, live } }) {
  const call = calls.current;
  if (entry.what === "prompt") hear(`${call.id} ${index}`, entry);
  else if (entry.what === "recording") setListening(entry.state === "listening" && !isOver(call));
  else if (entry.what === "tone") {
    const heard = entry.heard_by !== "nobody";
    const title = heard ? null : "nobody heard it";
    byId("pressed").append(el("span", { class: heard ? null : "unheard", title }, keyOf(entry.tone)));
  }
  if (live) showCall();
}

function hear(hearing, entry) {
  if (entry.ended_at === null && !isOver(calls.current)) {
    prompts.set(hearing, entry.caption ? `“${entry.caption}”` : `A prompt of ${(entry.duration_ms / 1000).toFixed(1)} s`);
    sound.ringback(false);
    sound.play(hearing, entry.sha256, Math.max(0, calls.now() - entry.at));
  } else {
    prompts.delete(hearing);
    if (entry.cut_short_by) sound.stop(hearing);
  }
  showCaption();
}

// --- what the caller does

async function ring(event) {
  event.preventDefault();
  await sound.turnOn();
  const kind = new FormData(byId("ring")).get("kind");
  const id = byId("caller-id").value.trim();
  const name = byId("caller-name").value.trim();
  const who = CALLERS[kind].name === null || !name ? id : { id, displayName: name };
  await calls.choose((await control.ring({ caller: { [kind]: who } })).id);
}

async function press(key) {
  sound.key(key);
  if (!isOver(calls.current)) await control.press(calls.current.id, key);
}

async function say(wav) {
  if (isOver(calls.current)) throw new Error("Nobody is on the line.");
  await control.say(calls.current.id, wav, false);
}

function heardByMicrophone(samples) {
  if (!listening || isOver(calls.current)) return;
  const [id, continued] = [calls.current.id, goesOn];
  goesOn = true;
  speaking = speaking.then(saying(() => control.say(id, wavOf(samples), continued)));
}

async function flipMicrophone() {
  if (microphone.on) microphone.close();
  else await microphone.open(heardByMicrophone);
  byId("microphone").setAttribute("aria-pressed", microphone.on);
  byId("microphone").textContent = microphone.on ? "Microphone is on" : "Microphone";
}

const kindOfCaller = () => CALLERS[new FormData(byId("ring")).get("kind")];

function chooseKind() {
  const { label, id, name } = kindOfCaller();
  byId("id-label").textContent = label;
  byId("caller-id").value = id;
  byId("caller-name").value = name ?? "";
  byId("name-field").hidden = name === null;
}

// --- what moves by itself

function draw() {
  const call = calls.current;
  const began = call?.began;
  const seconds = isOver(call) || !began ? null : Math.max(0, Math.floor(calls.now() - began));
  byId("timer").textContent = seconds === null ? "" : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  drawLevel(byId("level"), sound.level);
  requestAnimationFrame(draw);
}

const levels = new Array(48).fill(0);

function drawLevel(canvas, level) {
  levels.push(level);
  levels.shift();
  const brush = canvas.getContext("2d");
  const wide = canvas.width / levels.length;
  brush.clearRect(0, 0, canvas.width, canvas.height);
  brush.fillStyle = getComputedStyle(canvas).color;
  levels.forEach((value, index) => {
    const high = Math.max(2, value * canvas.height);
    brush.fillRect(index * wide, (canvas.height - high) / 2, wide * 0.6, high);
  });
}

// --- beginning

calls.addEventListener("call", newCall);
calls.addEventListener("calls", showCall);
calls.addEventListener("entry", entered);
calls.addEventListener("connection", ({ detail }) => {
  byId("connection").textContent = CONNECTIONS[detail];
  byId("connection").dataset.state = detail;
});
const showSound = () => { byId("sound").hidden = sound.on; };
sound.addEventListener("state", showSound);
byId("sound").addEventListener("click", saying(() => sound.turnOn()));
byId("ring").addEventListener("submit", saying(ring));
byId("ring").addEventListener("change", ({ target }) => target.name === "kind" && chooseKind());
byId("hangup").addEventListener("click", saying(() => control.hangUp(calls.current.id)));
byId("microphone").addEventListener("click", saying(flipMicrophone));
byId("hum").addEventListener("click", saying(async () => say(await hum(3))));
byId("file").addEventListener("change", saying(async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  if (file) await say(await convert(file));
}));
byId("volume").addEventListener("input", ({ target }) => { sound.volume = Number(target.value); });
keypad(saying(press));
new Log(calls);
new Telephones(calls);
new Faults(calls);
new Meeting(calls, async (id) => {
  await sound.turnOn();
  await calls.choose(id);
});
chooseKind();
showSound();
showCall();
requestAnimationFrame(draw);
calls.listen();
