// In the audio thread: what the microphone hears, brought to 16 kHz and cut into pieces of a fifth of a second.

const RATE = 16000;
const PIECE = RATE / 5;

class Capture extends AudioWorkletProcessor {
  #step = sampleRate / RATE;
  #due = 0; // input samples until the next output sample is complete
  #sum = 0;
  #count = 0;
  #piece = new Int16Array(PIECE);
  #filled = 0;

  process([[channel]]) {
    if (!channel) return true;
    for (const sample of channel) {
      this.#sum += sample; // the mean of what falls into one output sample is a low-pass, good enough for a voice
      this.#count += 1;
      this.#due -= 1;
      if (this.#due <= 0) {
        this.#put(this.#sum / this.#count);
        this.#sum = this.#count = 0;
        this.#due += this.#step;
      }
    }
    return true;
  }

  #put(value) {
    this.#piece[this.#filled++] = Math.round(Math.max(-1, Math.min(1, value)) * 32767);
    if (this.#filled < PIECE) return;
    this.port.postMessage(this.#piece, [this.#piece.buffer]);
    this.#piece = new Int16Array(PIECE);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
