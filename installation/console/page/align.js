// Where surfaces lie on outputs, for one person on a ladder with a phone: what `/align/...` can do, with the points of the chosen
// surface in a drawing of its output. Only asks; what comes of it is told by the status, and points come as a document.

import { canCheck, isOfCamera, showByCamera } from "./align_camera.js";
import { pad } from "./align_pad.js";
import { throttled } from "./controls.js";
import { desk, may, onRights, say } from "./desk.js";
import { element, make, mark, rows, write } from "./dom.js";
import { cover } from "./guard.js";
import { chooseTab } from "./tabs.js";
import { asList, asObject, isNumber, text } from "./words.js";

const MOVES_MS = 50;
const HELD_MS = 400; // until a held button is pressed again and again
const AGAIN_MS = 100;
const WRONG_MS = 400;
const CARDS = ["none", "identity", "focus", "grid", "circles", "numbers", "overlap", "ramps", "white", "black"];
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const told = () => asObject(desk.status.alignment);
const chosen = () => asObject(told().selected);
const outputs = () => asList(told().outputs).map(asObject);
const output = () => outputs().find((one) => one.name === chosen().output) ?? {};
const open = () => told().open === true;
let wrongAt = 0; // when something was refused last
let points = {}; // the newest document; it may come before the status that says that an alignment is open

/** Says something of the alignment; what was wrong before is no more. */
function align(what, ...args) {
  write(element("align-wrong"), "");
  drawing.forget();
  say(`/align/${what}`, ...args);
}

/** Whether what is said of an address is said here. */
export const isOfAlignment = (address) => address.startsWith("/align/") || isOfCamera(address);

export function hearAlignError(message, hint) {
  write(element("align-wrong"), [message, hint].filter(Boolean).join(" – "));
  wrongAt = performance.now();
  drawing.refuse();
}

const moved = throttled((x, y, row, column) => {
  if (performance.now() - wrongAt > WRONG_MS) write(element("align-wrong"), ""); // the finger has come back to where the point may be
  if (open()) say("/align/to", x, y, ...named(row, column)); // named with each: another page may choose something else meanwhile
}, MOVES_MS);

const named = (row, column) => [chosen().output, chosen().surface, ...(row < 0 ? [] : [row, column])];

const drawing = pad(element("align-pad"), {
  choose: (row, column) => {
    write(element("align-wrong"), "");
    say("/align/select", ...named(row, column));
  },
  move: moved,
  looked: showPlace,
});

// -- what is told ------------------------------------------------------------------------------------------------------

export function showPoints({ points: bytes, ...more }) {
  const raw = atob(bytes);
  const view = new DataView(Uint8Array.from(raw, (one) => one.charCodeAt(0)).buffer);
  const numbers = Float32Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
  points = { ...more, points: numbers };
  showDrawing();
}

export function showAlignment() {
  const there = outputs().length > 0;
  document.querySelector(".tabs [data-go=align]").hidden = !there;
  if (!there && document.body.dataset.tab === "align") chooseTab("values");
  document.body.classList.toggle("aligning", open());
  write(element("align-badge"), open() ? "●" : "");
  mark(document.querySelector(".tabs [data-go=align]"), "title", open() ? "An alignment is open" : null);
  element("align-begin").hidden = open();
  element("align-end").hidden = !open();
  element("align-open").hidden = !open();
  element("align-outputs").hidden = open();
  write(element("align-state"), stateWords());
  if (!open()) {
    rows("align-outputs", outputs().map((one) => [text(one.name), `${asList(one.size).join(" × ")}: ${asList(one.surfaces).map((surface) => text(surface.name)).join(", ")}`]));
    drawing.show({ editable: false });
    drawing.nothing();
  } else showOpen();
  allow();
}

function stateWords() {
  if (!may("edit")) return open() ? "Somebody aligns. This page may only look." : "Locked. Aligning needs the right to edit.";
  return open() ? "Everything is kept. Lock it before the doors open." : "Locked: nothing on the wall can be moved. Begin opens it on all pages.";
}

function showOpen() {
  const all = outputs();
  fill("align-output", all.map((one) => text(one.name)), text(chosen().output));
  element("align-output").hidden = all.length < 2;
  const surfaces = asList(output().surfaces).map(asObject);
  fill("align-surface", surfaces.map((one) => text(one.name)), text(chosen().surface));
  element("align-surface").hidden = surfaces.length < 2;
  mark(element("align-solo"), "aria-pressed", told().solo === text(chosen().output));
  for (const button of element("align-cards").children) mark(button, "aria-pressed", button.dataset.card === told().card);
  for (const button of document.querySelectorAll("[data-step]")) mark(button, "aria-pressed", Number(button.dataset.step) === told().step);
  write(element("align-undo").lastElementChild, told().undo > 0 ? String(told().undo) : "");
  write(element("align-redo").lastElementChild, told().redo > 0 ? String(told().redo) : "");
  mark(element("align-all"), "aria-pressed", chosen().row < 0);
  showGrid(surfaces.find((one) => one.name === chosen().surface) ?? {});
  const versions = asList(told().versions).map(text);
  const wanted = element("align-versions").value;
  fill("align-versions", versions.length ? versions : [""], versions.includes(wanted) ? wanted : versions[0] ?? "");
  write(element("align-said"), asList(told().said).map(text).join(" · "));
  showByCamera();
  showDrawing();
}

function showGrid(surface) {
  const [columns, lines] = asList(surface.splits);
  const corners = chosen().rows === 2 && chosen().columns === 2;
  write(element("align-grid"), corners ? "corners alone" : `${columns} × ${lines}, ${text(surface.warp)}`);
  keep("align-columns", columns);
  keep("align-rows", lines);
  keep("align-kind", text(surface.warp));
  const linked = element("align-linked");
  mark(linked, "max", Math.max(columns, lines, 2));
  keep("align-linked", told().linked);
  write(element("align-linked-told"), told().linked > 0 ? `${text(told().linked)} cells` : "off");
}

/** Shows a value when the engine tells another than before: what hands have put there stays until then. */
function keep(id, value) {
  const target = element(id);
  if (value === undefined || target.dataset.told === String(value)) return;
  target.dataset.told = String(value);
  if (document.activeElement !== target) target.value = String(value);
}

function fill(id, names, value) {
  const list = element(id);
  const key = names.join("\n");
  if (list.dataset.key !== key) {
    list.dataset.key = key;
    delete list.dataset.told;
    list.replaceChildren(...names.map((name) => make("option", { value: name, text: name || "none yet" })));
  }
  keep(id, value);
}

function showDrawing() {
  if (!open()) return;
  const { output: name, surface, row, column, rows: high, columns: wide } = chosen();
  const size = asList(output().size);
  const fits = points.output === name && points.surface === surface && points.rows === high && points.columns === wide;
  drawing.show({ editable: may("edit"), selected: { row, column }, ...(size[0] > 0 && size[1] > 0 ? { size } : {}), ...(fits ? points : {}) });
  if (!fits && (points.output !== name || points.surface !== surface)) drawing.nothing();
}

/** Where what is chosen lies, in words. */
function showPlace(at, { row, column }) {
  const [width, height] = asList(output().size);
  if (!at || !isNumber(width)) {
    write(element("align-at"), "");
    return;
  }
  const which = row < 0 ? "All points, middle" : `Point ${row} ${column}`;
  write(element("align-at"), `${which} at ${(at[0] * width).toFixed(1)}, ${(at[1] * height).toFixed(1)} of ${width} × ${height}`);
}

/** What this page may do, and what there is to be done. */
function allow() {
  for (const one of element("align").querySelectorAll("button, select, input")) one.disabled = !may("edit");
  for (const id of ["align-fine", "align-zoom"]) element(id).disabled = false;
  if (!may("edit")) return;
  element("align-undo").disabled = !(told().undo > 0);
  element("align-redo").disabled = !(told().redo > 0);
  element("align-check").disabled = !canCheck();
  element("align-restore").disabled = !element("align-versions").value;
}

/** Acts when a button is pressed, and again and again while it is held. */
function repeated(button, act) {
  let [timer, times] = [0, 0];
  const again = () => {
    if (!open() || button.disabled) return;
    times += 1;
    act();
    timer = setTimeout(again, AGAIN_MS);
  };
  button.addEventListener("pointerdown", () => { times = 0; timer = setTimeout(again, HELD_MS); });
  for (const what of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(what, () => clearTimeout(timer));
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a phone
  button.addEventListener("click", () => {
    if (times === 0) act();
    times = 0;
  });
}

// -- what is pressed ---------------------------------------------------------------------------------------------------

const on = (id, act, what = "click") => element(id).addEventListener(what, act);

cover(element("align-begin"), ["Begin aligning", "Begin now?"], () => { align("begin"); });
on("align-end", () => align("end"));
on("align-output", (event) => { align("select", event.target.value); event.target.blur(); delete event.target.dataset.told; }, "change");
on("align-surface", (event) => { align("select", chosen().output, event.target.value, 0, 0); event.target.blur(); delete event.target.dataset.told; }, "change");
on("align-solo", () => align("solo", "this"));
for (const button of element("align").querySelectorAll("[data-align]")) button.addEventListener("click", () => align(button.dataset.align, "point"));
for (const button of element("align").querySelectorAll("[data-nudge]")) {
  repeated(button, () => align("nudge", ...button.dataset.nudge.split(" ").map(Number)));
}
for (const button of element("align").querySelectorAll("[data-step]")) button.addEventListener("click", () => align("step", Number(button.dataset.step)));
on("align-undo", () => align("undo"));
on("align-redo", () => align("redo"));
on("align-all", () => align("select", chosen().output, chosen().surface, ...(chosen().row < 0 ? [0, 0] : [])));
on("align-fine", () => {
  drawing.ways.fine = !drawing.ways.fine;
  mark(element("align-fine"), "aria-pressed", drawing.ways.fine);
});
on("align-zoom", () => {
  drawing.ways.zoom = { 1: 4, 4: 16, 16: 1 }[drawing.ways.zoom];
  mark(element("align-zoom"), "aria-pressed", drawing.ways.zoom > 1);
  write(element("align-zoom").lastElementChild, drawing.ways.zoom > 1 ? `${drawing.ways.zoom} ×` : "");
  drawing.draw();
});
element("align-cards").append(...CARDS.map((name) => make("button", {
  text: name === "none" ? "Show" : name[0].toUpperCase() + name.slice(1), dataset: { card: name }, "aria-pressed": "false", onclick: () => align("card", name),
})));
on("align-split", () => align("split", Number(element("align-columns").value) || 0, Number(element("align-rows").value) || 0, element("align-kind").value));
on("align-linked", throttled(() => align("linked", Number(element("align-linked").value)), MOVES_MS), "input");
on("align-straighten", () => align("straighten"));
on("align-save", () => {
  const name = element("align-name").value.trim();
  align("save", name);
  element("align-name").value = "";
});
on("align-restore", () => align("restore", element("align-versions").value));

element("align").addEventListener("keydown", (event) => {
  if (!open() || !may("edit") || event.altKey || event.metaKey || event.target.closest("input, select")) return;
  const way = KEYS[event.key];
  const act = way
    ? () => (event.shiftKey || event.ctrlKey ? align("move", ...way.map((one) => one * (event.ctrlKey ? 0.1 : 10))) : align("nudge", ...way))
    : event.ctrlKey ? null
      : { PageUp: () => align("previous", "point"), PageDown: () => align("next", "point"), z: () => align("undo"), y: () => align("redo") }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
onRights(showAlignment);
