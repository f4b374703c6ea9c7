// The log's newest lines, by level; it follows its end until somebody scrolls up to read.

import { element, make, write } from "./dom.js";

const MOST = 400;
const RANK = { info: 0, warning: 1, error: 2 };
const WORDS = { info: "", warning: "Warning", error: "Error" };
let lines = [];
let least = "info";

export function addLog(told) {
  lines = [...lines, ...told].slice(-MOST);
  show(told);
}

/** A new connection is told all of it again. */
export function clearLog() {
  lines = [];
  element("log").replaceChildren();
}

function show(fresh) {
  const list = element("log");
  const scroll = element("log-scroll");
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
  const shown = fresh.filter(([, , level]) => RANK[level] >= RANK[least]);
  list.append(...shown.map(([, when, level, words]) => make("li", { class: level },
    make("time", { text: new Date(when * 1000).toLocaleTimeString("en-GB") }),
    WORDS[level] ? make("b", { text: WORDS[level] }) : null,
    make("span", { text: words }))));
  while (list.children.length > MOST) list.firstElementChild.remove();
  write(element("log-told"), lines.length ? `the last ${lines.length} lines` : "nothing yet");
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

for (const button of document.querySelectorAll("[data-level]")) {
  button.addEventListener("click", () => {
    least = button.dataset.level;
    for (const one of document.querySelectorAll("[data-level]")) one.setAttribute("aria-pressed", String(one === button));
    element("log").replaceChildren();
    show(lines);
    element("log-scroll").scrollTop = element("log-scroll").scrollHeight;
  });
}
