// The simulator's control plane.

async function ask(method, path, body) {
  const raw = body instanceof Blob;
  let answer;
  try {
    answer = await fetch(`/simulator${path}`, {
      method,
      body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
    });
  } catch {
    throw new Error("The simulator does not answer. Is it still running?");
  }
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = { error: text.slice(0, 200) };
  }
  if (!answer.ok) throw new Error(value?.error ?? `The simulator said ${answer.status}.`);
  return value;
}

const call = (id) => `/calls/${encodeURIComponent(id)}`;
const meeting = (id) => `/meetings/${encodeURIComponent(id)}`;

export const ring = (asked) => ask("POST", "/calls", asked);
export const transcript = async (id) => (await ask("GET", call(id))).transcript;
export const press = (id, tones) => ask("POST", `${call(id)}/tones`, { tones });
export const hangUp = (id) => ask("POST", `${call(id)}/hangup`);
export const answer = (id, who) => ask("POST", `${call(id)}/answer`, { who });
export const decline = (id, who) => ask("POST", `${call(id)}/decline`, { who, outcome: "declines" });
export const drop = (id, reason) => ask("POST", `${call(id)}/drop`, { reason });
/** `continued`: a piece of live speech, heard right after the piece before it. */
export const say = (id, wav, continued) => ask("POST", `${call(id)}/speech${continued ? "?continued=true" : ""}`, wav);

export const settings = () => ask("GET", "/settings");
export const change = (values) => ask("POST", "/settings", values);
export const faults = async () => (await ask("GET", "/faults")).faults;
export const plan = async (fault) => (await ask("POST", "/faults", fault)).faults;
export const clearFaults = () => ask("DELETE", "/faults");

export const createMeeting = (participants) => ask("POST", "/meetings", { participants });
export const showMeeting = (id) => ask("GET", meeting(id));
export const join = (id, people, lobby) => ask("POST", `${meeting(id)}/join`, { people, in_lobby: lobby });
export const act = (id, does, who) => ask("POST", `${meeting(id)}/${does}`, { who });
export const endMeeting = (id) => ask("POST", `${meeting(id)}/end`);
