// Elements made from texts, never from HTML: names and numbers of callers are anybody's.

export const byId = (id) => document.getElementById(id);

/** An element with attributes (`on…` are listeners, `class` its classes, `true` a bare attribute) and children. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Replace what is in a list, unless it would look the same: a button that is replaced loses the focus. */
export function refill(list, rows) {
  const next = el("ul", {}, ...rows);
  if (list.dataset.shown === next.innerHTML) return;
  list.dataset.shown = next.innerHTML;
  list.replaceChildren(...rows);
}

let hiding = 0;

/** Tell the person at the page that something did not work. */
export function notice(text) {
  const box = byId("notice");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { box.hidden = true; }, 6000);
}

/** Run what a button does; what goes wrong is said, not thrown. */
export const saying = (act) => async (event) => {
  try {
    await act(event);
  } catch (problem) {
    notice(problem.message);
  }
};
