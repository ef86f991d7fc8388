// The one format of calls: WAV, PCM, 16 kHz, mono, 16 bit.

export const RATE = 16000;

/** A WAV file around samples (Int16Array). */
export function wavOf(samples) {
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, word) => [...word].forEach((letter, index) => head.setUint8(at + index, letter.charCodeAt(0)));
  const bytes = samples.length * 2;
  text(0, "RIFF");
  head.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, RATE, true);
  head.setUint32(28, RATE * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, bytes, true);
  const data = new DataView(new ArrayBuffer(bytes));
  samples.forEach((sample, index) => data.setInt16(index * 2, sample, true));
  return new Blob([head, data], { type: "audio/wav" });
}

/** Samples between -1 and 1, as 16 bit. */
export function to16Bit(samples) {
  return Int16Array.from(samples, (value) => Math.round(Math.max(-1, Math.min(1, value)) * 32767));
}

/** Any sound file that the browser can read, as such a WAV. */
export async function convert(file) {
  let sound;
  try {
    sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is not a sound file that this browser can read.`);
  }
  const studio = new OfflineAudioContext(1, Math.max(1, sound.length), RATE);
  const source = new AudioBufferSourceNode(studio, { buffer: sound });
  source.connect(studio.destination); // several channels become one
  source.start();
  return wavOf(to16Bit((await studio.startRendering()).getChannelData(0)));
}

/** Somebody hums: for those with neither microphone nor file. */
export async function hum(seconds) {
  const studio = new OfflineAudioContext(1, seconds * RATE, RATE);
  const loudness = new GainNode(studio, { gain: 0 });
  loudness.connect(studio.destination);
  [196, 220, 247, 220, 196, 247].forEach((pitch, index, notes) => {
    const from = (index * seconds) / notes.length;
    for (const [times, gain] of [[1, 0.35], [2, 0.15], [3, 0.06]]) {
      const level = new GainNode(studio, { gain });
      const voice = new OscillatorNode(studio, { frequency: pitch * times });
      voice.connect(level).connect(loudness);
      voice.start(from);
      voice.stop(from + seconds / notes.length);
    }
    loudness.gain.setTargetAtTime(0.9, from, 0.03);
    loudness.gain.setTargetAtTime(0.15, from + (0.7 * seconds) / notes.length, 0.04);
  });
  return wavOf(to16Bit((await studio.startRendering()).getChannelData(0)));
}
