// Times and states as people read them.

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const BAD = ["failed", "lost", "refused", "rejected", "unreachable", "error"];

export const when = (unix) => (unix === null || unix === undefined ? "" : TIME.format(new Date(unix * 1000)));
export const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};
export const lasted = (call) => (call.duration_s ?? (call.state === "live" ? Date.now() / 1000 : call.started) - call.started);
export const plain = (word) => (word ?? "").replaceAll("_", " ");
/** The kind of a chip: `live`, `bad`, or none. */
export const kindOf = (call) =>
  call.state === "live" ? "live" : BAD.some((word) => (call.outcome ?? "").includes(word)) ? "bad" : null;
export const shortId = (id) => `${id.slice(0, id.indexOf("-") + 9)}…`;
