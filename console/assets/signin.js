// Who is at the page: a development key on a laptop, an Entra token (authorization code with PKCE) elsewhere.
//
// The Entra part follows Microsoft's page on the code flow and has never been run against Entra: no tenant was there.
// The app registration needs `{this origin}/api/console` as a redirect URI of a single-page application.
// Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow

const KEY = "development-key";
const PENDING = "sign-in";
const EARLY_S = 60;

let token = null;
let told = null;

async function where() {
  told ??= await (await fetch("/api/console/sign-in.json")).json();
  return told;
}

/** The headers that open the API; null when somebody has to sign in. */
export async function credentials() {
  if (token !== null && token.until > Date.now() / 1000) return { Authorization: `Bearer ${token.value}` };
  const key = (await where()).development_key ? sessionStorage.getItem(KEY) : null;
  return key === null ? null : { "x-development-key": key };
}

/** Whether this is a laptop, where a key will do. */
export const takesKey = async () => (await where()).development_key;
export const useKey = (key) => sessionStorage.setItem(KEY, key);

export function signOut() {
  token = null;
  sessionStorage.removeItem(KEY);
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const redirectUri = () => `${location.origin}/api/console`;

/** Leave for Entra, to come back with a code. */
export async function leaveForEntra() {
  const { authority, client_id, scope } = await where();
  const [verifier, state] = [random(), random()];
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state, hash: location.hash }));
  const query = new URLSearchParams({
    client_id, scope, state, response_type: "code", response_mode: "query", redirect_uri: redirectUri(),
    code_challenge: challenge, code_challenge_method: "S256",
  });
  location.assign(`${authority}/authorize?${query}`);
}

/** Back from Entra: trade the code for a token. Does nothing when nobody comes back. */
export async function comeBack() {
  const query = new URLSearchParams(location.search);
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  if (!query.has("state") || pending === null) return;
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", `/api/console${pending.hash}`);
  if (query.get("state") !== pending.state) throw new Error("The sign-in was not begun by this page. Try again.");
  if (query.has("error")) throw new Error(query.get("error_description") ?? query.get("error"));
  const { authority, client_id, scope } = await where();
  const body = new URLSearchParams({
    client_id, scope, grant_type: "authorization_code", code: query.get("code"), redirect_uri: redirectUri(),
    code_verifier: pending.verifier,
  });
  const answer = await fetch(`${authority}/token`, { method: "POST", body });
  const given = await answer.json();
  if (!answer.ok) throw new Error(given.error_description ?? "Entra gave no token.");
  token = { value: given.access_token, until: Date.now() / 1000 + given.expires_in - EARLY_S };
}
