// Asking twice: what cannot be undone has to be typed.

import { byId, el } from "/api/console/dom.js";

/** Resolves to the values of the fields, or to null when the person thought better of it. */
export function confirmed({ title, text, word, fields = [] }) {
  const dialog = byId("confirm");
  const inputs = fields.map(([name, label, type]) => [name, label, Array.isArray(type)
    ? el("select", { name }, ...type.map(([value, shown]) => el("option", { value }, shown)))
    : el("input", { name, required: true, autocomplete: "off" })]);
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-word").textContent = word;
  byId("confirm-typed").value = "";
  byId("confirm-yes").disabled = true;
  byId("confirm-fields").replaceChildren(...inputs.map(([, label, input]) => el("label", { class: "field" }, el("span", {}, label), input)));
  byId("confirm-typed").oninput = ({ target }) => { byId("confirm-yes").disabled = target.value !== word; };
  byId("confirm-no").onclick = () => dialog.close("no");
  byId("confirm-form").onsubmit = () => { dialog.returnValue = "yes"; };
  byId("confirm-yes").value = "yes";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const typed = byId("confirm-typed").value === word;
      resolve(dialog.returnValue === "yes" && typed ? Object.fromEntries(inputs.map(([name, , input]) => [name, input.value.trim()])) : null);
    }, { once: true });
  });
}
