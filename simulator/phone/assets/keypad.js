// Twelve keys, by mouse, touch and keyboard.

import { byId, el } from "/phone/dom.js";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""],
];
const NAMES = { "*": "star", "#": "number sign" };

/** Show the keys; `pressed` is told which. */
export function keypad(pressed) {
  const keys = new Map();
  for (const [character, letters] of KEYS) {
    const name = NAMES[character];
    const key = el(
      "button",
      { type: "button", class: "key", "data-key": character, onclick: () => pressed(character) },
      el("b", { "aria-hidden": name ? "true" : null }, character),
      name ? el("span", { class: "unseen" }, name) : null,
      el("small", {}, letters),
    );
    keys.set(character, key);
  }
  byId("keypad").append(...keys.values());

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio], [type=checkbox], [type=range]), select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || !keys.has(event.key)) return;
    event.preventDefault();
    const key = keys.get(event.key);
    key.classList.add("down");
    setTimeout(() => key.classList.remove("down"), 140);
    pressed(event.key);
  });
}
