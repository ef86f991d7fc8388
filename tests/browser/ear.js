// Before a page's own scripts: whatever it makes heard is written down, 25 times a second, as its loudest sample.
window.heard = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
    const ear = this.context.createScriptProcessor(2048, 1, 1);
    const silent = this.context.createGain();
    silent.gain.value = 0;
    ear.onaudioprocess = ({ inputBuffer }) => window.heard.push({ at: Date.now() / 1000, samples: Array.from(inputBuffer.getChannelData(0)), rate: inputBuffer.sampleRate });
    connect.call(this, ear);
    connect.call(ear, silent);
    connect.call(silent, this.context.destination);
  }
  return connect.call(this, to, ...more);
};
