// Asks what stands where the picture is clicked, and writes the answer: only ever text, so that no name can become markup.

import { say } from "./desk.js";
import { asList, asObject, isNumber, text } from "./words.js";

const element = (id) => document.getElementById(id);

/** Where in the picture a click was, 0 to 1, y up; null in the black beside it (the picture is fitted into its box). */
export function placeOf(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const x = (event.clientX - box.left - box.width / 2) / (canvas.width * scale) + 0.5;
  const y = 0.5 - (event.clientY - box.top - box.height / 2) / (canvas.height * scale);
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [x, y] : null;
}

let asked = "";

export function askOnClick(canvas) {
  canvas.addEventListener("click", (event) => {
    const place = placeOf(canvas, event);
    if (!place) return;
    const [x, y] = place.map((side) => Number(side.toFixed(4)));
    asked = `at ${x}, ${y}`;
    show(asked, ["Asking …"]);
    say("/evidence", x, y);
  });
}

/** The engine's answer, as JSON. */
export function hearEvidence(told) {
  const answer = JSON.parse(told);
  show(asked, answer.status === "ok" ? lines(asObject(answer.data)) : [text(answer.data)]);
}

function show(place, lines) {
  element("evidence-place").textContent = place;
  element("evidence").replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }),
  );
}

/** The answer in lines: what is there, with its values; then what stands behind it, and what must be said. */
function lines(answer) {
  if (text(answer.error)) return [text(answer.error)];
  const there = asList(answer.there).map((one) => line(asObject(one)));
  const origins = asList(answer.origins).map(asObject);
  const cautions = new Set(origins.flatMap((origin) => asList(origin.cautions).map(text)));
  const behind = new Set(origins.map((origin) => `Source: ${text(origin.credit)} (${text(origin.dataset)}.${text(origin.table)})`));
  const all = [...there, ...behind, ...[...cautions].map((caution) => `Note: ${caution}`)];
  return [...(answer.fiction === true ? ["FICTION"] : []), ...(all.length ? all : ["Nothing from data stands here."])];
}

function line(one) {
  const name = text(one.key) || text(one.text) || [text(one.from), text(one.to)].filter(Boolean).join(" to ");
  const at = isNumber(one.at) ? ` in ${text(one.at)}` : "";
  const values = asList(one.values).map(asObject).map(value);
  return `${text(one.layer)} ${name}${at}${values.length ? `: ${values.join("; ")}` : ""}`;
}

function value(one) {
  const amount = one.missing === true ? "no data" : [text(one.value), text(one.unit)].filter(Boolean).join(" ");
  const as = text(one.attribute) ? ` as ${text(one.attribute)}` : "";
  return `${text(one.column)}${amount ? ` ${amount}` : ""}${as}`;
}
