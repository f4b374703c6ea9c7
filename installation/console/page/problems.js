// Problems with their places, and what else a curator should know; the connection's own comes first.

import { desk } from "./desk.js";
import { element, make, write } from "./dom.js";
import { asList, asObject, text } from "./words.js";

let ofLink = [];

export function problemsOfLink(told) {
  ofLink = told;
  show();
}

export const showProblems = show;

function show() {
  const cue = asObject(desk.status.cue);
  const broken = asList(cue.broken).map(asObject)
    .map((one) => ({ where: `cue ${text(one.number) || text(one.id)}`, message: text(one.why), hint: "It keeps its time and does what it can." }));
  const listed = asList(desk.status.problems).map((one) => (typeof one === "string" ? { message: one } : asObject(one)));
  const more = broken.filter((one) => !listed.some((other) => text(other.message).includes(one.message))); // a file's are told already
  const told = [...ofLink, ...listed, ...more];
  write(element("problem-count"), told.length ? String(told.length) : "");
  const alarm = element("alarm");
  alarm.hidden = !told.length;
  write(alarm, `${told.length} problem${told.length === 1 ? "" : "s"}`);
  fill("problems", told, "Nothing is wrong.");
  fill("warnings", asList(desk.status.warnings).map((one) => ({ ...asObject(one), kind: "note" })), "");
}

function fill(id, told, none) {
  const list = element(id);
  const key = JSON.stringify(told);
  if (list.dataset.key === key) return; // or a selected place could not be copied
  list.dataset.key = key;
  const lines = told.map(line);
  list.replaceChildren(...(lines.length || !none ? lines : [make("li", { class: "quiet", text: none })]));
}

function line(problem) {
  const where = text(problem.where);
  const item = make("li", { class: problem.kind ?? "" });
  if (where) {
    const code = make("code");
    // a path breaks after its slashes, and copies whole
    for (const piece of where.split(/(?<=[/])/)) code.append(piece, document.createElement("wbr"));
    item.append(code);
  }
  item.append(make("p", { text: text(problem.message) }));
  if (text(problem.hint)) item.append(make("small", { text: text(problem.hint) }));
  return item;
}
