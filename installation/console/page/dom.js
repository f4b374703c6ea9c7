// Making and changing elements. Words are only ever set as text, so nothing in a show's name can become markup.

export const element = (id) => document.getElementById(id);

/** An element: its properties (class, text, title, dataset, aria-..., on...), then what is in it. */
export function make(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") made.textContent = value;
    else if (name === "class") made.className = value;
    else if (name === "dataset") Object.assign(made.dataset, value);
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return made;
}

export function write(target, words) {
  if (target.textContent !== words) target.textContent = words;
}

/** Sets an attribute, or takes it away (null), only where that changes something. */
export function mark(target, name, value) {
  if (value === null || value === false) {
    if (target.hasAttribute(name)) target.removeAttribute(name);
  } else if (target.getAttribute(name) !== String(value)) target.setAttribute(name, String(value));
}

const SHAPES = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M3.5 2.5h3.2v11H3.5zM9.3 2.5h3.2v11H9.3z",
  stop: "M3 3h10v10H3z",
  fold: "M5.5 3l5 5-5 5z",
  on: "M8 2v8.2l3-3 1 1L8 12.4 4 8.2l1-1 3 3V2z",
  follow: "M7.3 2h1.4v6.6l2.4-2.4 1 1L8 11.4 3.9 7.2l1-1 2.4 2.4zM3.5 12.6h9V14h-9z",
  undo: "M6.2 3 2 6.6l4.2 3.6V7.8c3.4-.2 5.6.8 7 3.6.1-4-2.4-6.4-7-6.5z",
  clock: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zm.8 3v3l2.2 1.6-.8 1.1-2.8-2V4.8z",
};

/** A small picture in the colour of the words around it. Decoration: what it says must be said in words as well. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** Rows of a name, a value and perhaps a tone ("good", "warn", "bad"), written over what is there. */
export function rows(id, wanted) {
  const list = element(id);
  const shown = wanted.filter((row) => row[1] !== "");
  while (list.children.length > shown.length) list.lastElementChild.remove();
  shown.forEach(([name, value, tone = ""], index) => {
    let row = list.children[index];
    if (!row) {
      row = make("div", {}, make("dt"), make("dd"));
      list.append(row);
    }
    write(row.firstElementChild, name);
    write(row.lastElementChild, value);
    row.lastElementChild.title = value.length > 24 ? value : "";
    row.dataset.tone = tone;
  });
}
