// The microphone, while its owner lets us; the page works without.

export class Microphone {
  #context = null;
  #stream = null;

  get on() { return this.#stream !== null; }

  /** Ask for it, and hand over what it hears: pieces of 16 kHz samples (Int16Array). */
  async open(heard) {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new Error("This page may not use a microphone. Use a sound file, or hum.");
    }
    const wanted = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    } catch (problem) {
      const why = { NotAllowedError: "It was not allowed.", NotFoundError: "There is none." }[problem.name];
      throw new Error(`No microphone: ${why ?? problem.message} Use a sound file, or hum.`);
    }
    const context = new AudioContext();
    await context.audioWorklet.addModule("/phone/capture.js");
    const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    capture.port.onmessage = ({ data }) => heard(data);
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(capture);
    this.#context = context;
    this.#stream = stream;
  }

  close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#context?.close();
    this.#stream = this.#context = null;
  }
}
