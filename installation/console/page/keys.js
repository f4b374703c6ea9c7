// The keyboard: what each key does, and the overlay that says so. In a field keys are for the field.

import { may, notify } from "./desk.js";
import { element, make } from "./dom.js";
import { toggleReveal } from "./reveal.js";
import { askForCode } from "./role.js";
import { chooseTab } from "./tabs.js";
import { go, panic, pause, step } from "./transport.js";

const FIELDS = "input:not([type=range]):not([type=color]), textarea, select";
const KEYS = [
  ["Space", "GO"],
  ["▲ ▼", "the playhead, one back or on (the next GO is a jump)"],
  ["Esc", "panic: fades to rest; Esc again while it fades: stops at once"],
  ["P", "pause all that runs, and go on"],
  ["S", "stop: ends all waits, freezes all fades"],
  ["R", "lift or lower the guard of the reveal"],
  ["/", "search the cues"],
  ["F", "filter the values"],
  ["1 2 3 4 5 6", "values, problems, health, log, evidence, alignment"],
  ["Arrows", "in the alignment: the point by a step; Shift: 10 pixels, Ctrl: a tenth"],
  ["Z Y", "in the alignment: undo, redo; Page up and down: another point"],
  ["K", "passcode"],
  ["?", "these keys"],
];
const TABS = ["values", "problems", "health", "log", "evidence", "align"];

export function listenToKeys() {
  element("key-list").append(...KEYS.map(([key, does]) => make("div", {}, make("dt", { text: key }), make("dd", { text: does }))));
  element("help").addEventListener("click", showKeys);
  window.addEventListener("keydown", press, true);
  // Space must not press the button that has the focus, which some browsers do when it comes up.
  window.addEventListener("keyup", (event) => { if (event.key === " " && !typing(event.target)) event.preventDefault(); }, true);
}

function showKeys() {
  if (!element("keys").open) element("keys").showModal();
}

const typing = (target) => target instanceof Element && Boolean(target.closest(FIELDS));

function press(event) {
  if (event.repeat && event.key === "Enter" && event.target instanceof Element && event.target.closest("button")) {
    event.preventDefault(); // a held Enter would press GO through the whole list, and lift a guard and press what is under it
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") {
      event.target.blur();
      event.preventDefault();
    }
    return;
  }
  const slides = event.target instanceof Element && event.target.closest("input[type=range], .pad, .align");
  if (slides && event.key.startsWith("Arrow")) return;
  const act = actionOf(event);
  if (!act) return;
  event.preventDefault();
  if (!event.repeat || event.key.startsWith("Arrow")) act();
}

function actionOf(event) {
  const control = (act) => () => (may("control") ? act() : notify("This page may not control the show.", "bad"));
  switch (event.key) {
    case " ": return go;
    case "Escape": return control(panic);
    case "ArrowUp": return control(() => step(-1));
    case "ArrowDown": return control(() => step(1));
    case "p": case "P": return control(pause);
    case "s": case "S": return control(() => element("stop").click());
    case "r": case "R": return toggleReveal;
    case "k": case "K": return askForCode;
    case "?": return showKeys;
    case "/": return () => { chooseTab("show"); element("cue-search").focus(); };
    case "f": case "F": return () => { chooseTab("values"); element("value-search").focus(); };
    default: {
      const tab = TABS[Number(event.key) - 1];
      return tab && !document.querySelector(`.tabs [data-go=${tab}]`).hidden ? () => chooseTab(tab) : null;
    }
  }
}
