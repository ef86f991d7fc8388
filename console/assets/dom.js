// Elements made from texts, never from HTML: names in records are anybody's.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element with attributes (`on…` are listeners, true is a bare attribute) and children. */
export const el = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, name), attributes, children);

/** Replace what is in an element, unless it would look the same; the focus stays where it was. */
export function refill(element, ...children) {
  const next = el("div", {}, ...children);
  if (element.dataset.shown === next.innerHTML) return;
  element.dataset.shown = next.innerHTML;
  const place = [];
  for (let at = document.activeElement; at && at !== element; at = at.parentElement) {
    place.unshift(at.parentElement ? [...at.parentElement.children].indexOf(at) : -1);
  }
  const inside = element.contains(document.activeElement) && document.activeElement !== element;
  element.replaceChildren(...next.childNodes);
  if (inside) place.reduce((at, index) => at?.children[index], element)?.focus({ preventScroll: true });
}

let hiding = 0;

/** Tell the person at the page that something did not work, or did. */
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
