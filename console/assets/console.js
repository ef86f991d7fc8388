// The page: who is there, which view, and when it is shown anew.

import { SignedOut } from "/api/console/api.js";
import { callView } from "/api/console/call.js";
import { byId, el, notice, saying } from "/api/console/dom.js";
import { live, search } from "/api/console/list.js";
import * as signIn from "/api/console/signin.js";

const EVERY_MS = 2000;
// Views that are shown once; those of charts and drawings are fetched when somebody looks.
const STILL = new Map([
  ["search", search],
  ["map", async (view) => (await import("/api/console/flowmap.js")).flowMap(view)],
  ["usage", async (view) => (await import("/api/console/usage.js")).usage(view)],
]);

const view = byId("view");
let again = null; // shows the view anew; resolves to false when nothing will change any more
let shown = 0;
let paused = false;

function say(text, kind = null) {
  byId("status").textContent = text;
  if (kind) byId("status").dataset.kind = kind;
  else delete byId("status").dataset.kind;
}

async function route() {
  const turn = ++shown;
  const [, name, id] = location.hash.split("/");
  if ((await signIn.credentials()) === null) return askWho();
  for (const part of ["nav", "leave"]) byId(part).hidden = false;
  for (const link of byId("nav").children) {
    if (link.hash === `#/${name || "live"}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const still = STILL.get(name);
  again = still ? null : name === "call" ? callView(view, decodeURIComponent(id)) : () => live(view);
  delete view.dataset.shown;
  byId("pause").hidden = again === null;
  if (still) {
    say("");
    await attempt(() => still(view));
  } else if (turn === shown) {
    await tick(turn);
  }
}

async function tick(turn) {
  if (turn !== shown) return;
  let goesOn = true;
  if (!paused && !document.hidden) {
    await attempt(async () => {
      goesOn = (await again()) !== false;
      if (turn === shown) say(goesOn ? "live" : "", goesOn ? "live" : null);
    });
  }
  if (turn === shown && goesOn) setTimeout(() => tick(turn), EVERY_MS);
}

async function attempt(act) {
  try {
    await act();
  } catch (problem) {
    if (problem instanceof SignedOut) {
      signIn.signOut();
      notice(problem.message);
      await askWho();
    } else {
      say(problem.message, "bad");
    }
  }
}

async function askWho() {
  shown += 1;
  for (const part of ["nav", "leave", "pause"]) byId(part).hidden = true;
  say("");
  const entra = el("button", { class: "button main", type: "button", onclick: saying(signIn.leaveForEntra) }, "Sign in with Microsoft");
  const key = el("input", { name: "key", type: "password", autocomplete: "off", required: true });
  const use = (event) => {
    event.preventDefault();
    signIn.useKey(key.value);
    route();
  };
  const byKey = el(
    "form",
    { class: "row", onsubmit: use },
    el("label", { class: "field" }, el("span", {}, "Development key"), key),
    el("button", { class: "button main", type: "submit" }, "Go in"),
  );
  view.replaceChildren(el(
    "section",
    { class: "card narrow", "aria-labelledby": "who-title" },
    el("h2", { id: "who-title" }, "Who is there?"),
    (await signIn.takesKey()) ? byKey : entra,
  ));
}

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").setAttribute("aria-pressed", paused);
  byId("pause").textContent = paused ? "Paused" : "Pause";
});
byId("leave").addEventListener("click", () => {
  signIn.signOut();
  askWho();
});
addEventListener("hashchange", () => {
  route();
  view.focus();
});
attempt(signIn.comeBack).then(route);
