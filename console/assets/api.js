// The operators' API.

import { credentials } from "/api/console/signin.js";

/** Nobody is signed in, or no longer. */
export class SignedOut extends Error {}

async function ask(method, path, { body, key } = {}) {
  const headers = await credentials();
  if (headers === null) throw new SignedOut("Nobody is signed in.");
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  let answer;
  try {
    answer = await fetch(`/api${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error("The bot does not answer.");
  }
  if (answer.status === 401) throw new SignedOut("The key or token was not taken.");
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const wrong = problem.errors?.map((one) => `${one.field} ${one.detail}`).join("; ");
  throw new Error([problem.title ?? `Status ${answer.status}`, wrong ?? problem.detail].filter(Boolean).join(": "));
}

const at = (id) => `/calls/${encodeURIComponent(id)}`;

export async function calls(limit, after, state) {
  const query = new URLSearchParams({ limit, ...(after ? { after } : {}), ...(state ? { state } : {}) });
  return (await ask("GET", `/calls?${query}`)).json();
}
export const call = async (id) => (await ask("GET", at(id))).json();
export const events = async (id) => (await (await ask("GET", `${at(id)}/events`)).json()).events;
export const sound = async (id, n) => (await ask("GET", `${at(id)}/recordings/${n}`)).blob();
export const peaks = async (id, n, count) => (await ask("GET", `${at(id)}/recordings/${n}/peaks?count=${count}`)).json();
export const hangUp = (id) => ask("DELETE", at(id), { key: crypto.randomUUID() });
export const act = (id, action, body = {}) => ask("POST", `${at(id)}/${action}`, { body, key: crypto.randomUUID() });
export const transfer = (id, target) =>
  ask("POST", `${at(id)}/transfer`, { body: { target }, key: crypto.randomUUID() });
const range = (given) => new URLSearchParams(Object.entries(given).filter(([, value]) => value));
export const kpis = async (customer) => (await ask("GET", `/kpis?${range({ customer })}`)).json();
export const usage = async (from, to, customer) => (await ask("GET", `/usage?${range({ from, to, customer })}`)).json();
export const usageTable = async (from, to, customer) => (await ask("GET", `/usage/export?${range({ from, to, customer })}`)).blob();
export const flows = async () => (await ask("GET", "/flows")).json();
export const walks = async (flow, since, until) =>
  (await ask("GET", `/flows/${encodeURIComponent(flow)}/walks?${range({ since, until })}`)).json();
