// What all parts of the page share: what was heard last, what this page may do, and how it says something.

import { asObject } from "./words.js";

export const desk = {
  status: {},
  heardAt: 0, // performance.now() of the newest status
  linked: false, // whether there is a connection to the console's process
  rights: null, // null until the engine has said; then a list
  say: () => false,
};

export const may = (right) => desk.rights?.includes(right) ?? false;

const shown = [];

/** Has a part of the page drawn anew whenever its rights have changed. */
export const onRights = (draw) => shown.push(draw);

export function setRights(rights) {
  desk.rights = rights;
  document.body.dataset.may = rights.join(" ");
  for (const draw of shown) draw();
}

/** Seconds since the newest status came; not more than two, or what is shown would run away from what is. */
export const since = () => Math.min((performance.now() - desk.heardAt) / 1000, 2);

export const cueStatus = () => asObject(desk.status.cue);

/** Says something to the engine; false where the page is not connected, and it says so. */
export function say(...message) {
  const sent = desk.say(message);
  if (!sent) notify("Not sent: there is no connection to the engine.", "bad");
  return sent;
}

let notice = () => {};
export const onNotice = (show) => { notice = show; };

/** Shows a line for a few seconds: tone "bad" or "". */
export const notify = (words, tone = "") => notice(words, tone);
