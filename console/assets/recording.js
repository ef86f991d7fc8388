// A recording: drawn from peaks that the server makes, fetched only when somebody wants to hear it.

import * as api from "/api/console/api.js";
import { el, saying } from "/api/console/dom.js";
import { clock } from "/api/console/words.js";

const BARS = 300;

/** The player of the n-th recording. */
export function player(callId, recording) {
  const canvas = el("canvas", { class: "wave", width: "1200", height: "168", role: "img", "aria-label": `How loud recording ${recording.n} is` });
  const audio = new Audio();
  const place = el("input", { type: "range", min: "0", max: "1000", value: "0", disabled: true, "aria-label": `Place in recording ${recording.n}` });
  const time = el("span", { class: "soft small-text" }, "");
  const play = el("button", { type: "button", class: "button main" }, "Play");
  let known = { duration_s: 0, peaks: [] };

  const draw = () => {
    const brush = canvas.getContext("2d");
    const done = known.duration_s ? audio.currentTime / known.duration_s : 0;
    brush.clearRect(0, 0, canvas.width, canvas.height);
    brush.fillStyle = getComputedStyle(canvas).color;
    known.peaks.forEach((peak, index) => {
      const high = Math.max(3, peak * canvas.height * 0.95);
      const wide = canvas.width / known.peaks.length;
      brush.globalAlpha = index / known.peaks.length < done ? 1 : 0.45;
      brush.fillRect(index * wide, (canvas.height - high) / 2, Math.max(1, wide * 0.65), high);
    });
    place.value = String(Math.round(done * 1000));
    time.textContent = `${clock(audio.currentTime)} of ${clock(known.duration_s)}`;
    play.textContent = audio.paused ? "Play" : "Stop";
  };
  const fetched = async () => {
    if (!audio.src) audio.src = URL.createObjectURL(await api.sound(callId, recording.n));
  };
  play.addEventListener("click", saying(async () => {
    if (!audio.paused) return audio.pause();
    await fetched();
    await audio.play();
  }));
  place.addEventListener("input", saying(async () => {
    const share = Number(place.value) / 1000;
    await fetched();
    audio.currentTime = share * known.duration_s;
  }));
  for (const type of ["timeupdate", "play", "pause", "ended", "seeked"]) audio.addEventListener(type, draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  saying(async () => {
    known = await api.peaks(callId, recording.n, BARS);
    place.disabled = false;
    draw();
  })();
  return el(
    "div",
    { class: "recording", "data-recording": recording.n },
    el("h3", {}, `Recording ${recording.n}`, el("span", { class: "soft small-text" }, `  ${recording.node ?? ""}, ${recording.mode ?? ""}`)),
    canvas,
    place,
    el("div", { class: "row" }, play, time),
  );
}
