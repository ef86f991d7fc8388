// What the caller hears: prompts, in time with the simulator, and the tones that a telephone makes by itself.

const LATE_S = 0.25; // begun this much late or less, a prompt is heard from its beginning
const FADE_S = 0.012;
const DTMF = {
  1: [697, 1209], 2: [697, 1336], 3: [697, 1477],
  4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477],
  "*": [941, 1209], 0: [941, 1336], "#": [941, 1477],
};

export class Sound extends EventTarget {
  // Event: `state`, when the browser lets it be heard or no longer does.
  #context;
  #volume;
  #ear;
  #files = new Map();
  #playing = new Map();
  #free = 0;
  #ringback = null;
  #samples;

  constructor() {
    super();
    this.#context = new AudioContext({ latencyHint: "interactive" });
    this.#volume = new GainNode(this.#context, { gain: 0.8 });
    this.#ear = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#volume.connect(this.#ear).connect(this.#context.destination);
    this.#samples = new Float32Array(this.#ear.fftSize);
    this.#context.addEventListener("statechange", () => this.dispatchEvent(new Event("state")));
  }

  get on() { return this.#context.state === "running"; }

  /** Browsers let a page be heard once somebody has touched it. */
  turnOn() { return this.#context.resume(); }

  set volume(value) { this.#volume.gain.setTargetAtTime(value, this.#context.currentTime, 0.02); }

  /** The loudest of what is heard right now, 0 to 1. */
  get level() {
    this.#ear.getFloatTimeDomainData(this.#samples);
    return this.#samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }

  /** A prompt that began `late` seconds ago. `key` names this hearing of it. */
  async play(key, sha256, late) {
    if (this.#playing.has(key)) return;
    const hearing = { source: null, gain: null, over: false };
    this.#playing.set(key, hearing);
    const asked = this.#context.currentTime;
    let buffer;
    try {
      buffer = await this.#file(sha256);
    } catch {
      this.#playing.delete(key);
      return;
    }
    if (hearing.over) return;
    const begun = late + this.#context.currentTime - asked;
    const offset = begun <= LATE_S ? 0 : begun;
    if (offset >= buffer.duration) return;
    hearing.gain = new GainNode(this.#context);
    hearing.source = new AudioBufferSourceNode(this.#context, { buffer });
    hearing.source.connect(hearing.gain).connect(this.#volume);
    const at = offset ? this.#context.currentTime : Math.max(this.#context.currentTime, this.#free);
    hearing.source.start(at, offset);
    this.#free = at + buffer.duration - offset; // the next one waits for the last moments of this one
  }

  /** A prompt was cut short. */
  stop(key) {
    const hearing = this.#playing.get(key);
    if (!hearing || hearing.over) return;
    hearing.over = true;
    this.#free = 0;
    if (!hearing.source) return;
    const now = this.#context.currentTime;
    hearing.gain.gain.setTargetAtTime(0, now, FADE_S / 3);
    hearing.source.stop(now + FADE_S);
  }

  /** Nothing is heard any more. */
  silence() {
    for (const key of this.#playing.keys()) this.stop(key);
    this.#playing.clear();
    this.ringback(false);
  }

  /** The sound of a key. */
  key(character) { this.#tone(DTMF[character] ?? [], 0.14, 0.12); }

  /** The tone after which one speaks. */
  beep() { this.#tone([1000], 0.18, 0.2); }

  /** What a caller hears while it rings. */
  ringback(on) {
    if (on === (this.#ringback !== null)) return;
    if (!on) {
      clearInterval(this.#ringback);
      this.#ringback = null;
      return;
    }
    const ring = () => this.#tone([400, 450], 1, 0.06);
    this.#ringback = setInterval(ring, 3000);
    ring();
  }

  #tone(frequencies, seconds, gain) {
    if (!this.on) return;
    const now = this.#context.currentTime;
    const loudness = new GainNode(this.#context, { gain: 0 });
    loudness.gain.setTargetAtTime(gain, now, 0.004);
    loudness.gain.setTargetAtTime(0, now + seconds - 0.02, 0.005);
    loudness.connect(this.#volume);
    for (const frequency of frequencies) {
      const voice = new OscillatorNode(this.#context, { frequency });
      voice.connect(loudness);
      voice.start(now);
      voice.stop(now + seconds);
    }
  }

  #file(sha256) {
    if (!this.#files.has(sha256)) this.#files.set(sha256, this.#fetched(sha256));
    return this.#files.get(sha256);
  }

  async #fetched(sha256) {
    try {
      const answer = await fetch(`/phone/prompts/${sha256}`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return await this.#context.decodeAudioData(await answer.arrayBuffer());
    } catch (problem) {
      this.#files.delete(sha256);
      throw problem;
    }
  }
}
