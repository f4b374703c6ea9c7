// Every parameter with a control, its range and who owns it; by default those of the scenes that are on the wall. What is done here
// is live: no file changes, and the line at the top says how many values differ from theirs.

import { controlOf } from "./controls.js";
import { desk, may, onRights, say } from "./desk.js";
import { element, icon, make, mark, write } from "./dom.js";
import { cover } from "./guard.js";
import { asList, isNumber, text } from "./words.js";

const HOME = ["file", "expression", "data", "signal", ""];
const MOST_SHOWN = 400;
const MOST_GIVEN = 200;
let nodes = new Map();
let coming = new Map();
let all = false;
let wanted = "";
let rows = new Map();
let drawnFor = "";

export function showParameters({ nodes: told, first, last }) {
  if (first) coming = new Map();
  for (const node of told) coming.set(node.address, node);
  if (!last) return;
  nodes = coming;
  drawnFor = "";
  draw();
}

export function showValues(changed) {
  let owners = false;
  for (const [address, value, owner] of changed) {
    const node = nodes.get(address);
    if (!node) continue;
    owners ||= node.owner !== owner;
    Object.assign(node, { value, owner });
    const row = rows.get(address);
    if (row) showRow(row, node);
  }
  if (owners) showFile();
  draw();
}

const isHome = (node) => HOME.includes(node.owner);
const sceneOf = (address) => (address.startsWith("/scene/") ? address.split("/")[2] : null);
const playing = () => asList(desk.status.scenes).map(text);

function shown(node) {
  if (node.address === "/reveal/level") return false; // it has a guard of its own
  if (wanted) return wanted.split(/\s+/).every((word) => `${node.address} ${node.owner} ${node.help}`.toLowerCase().includes(word));
  if (all) return true;
  const scene = sceneOf(node.address);
  return scene ? playing().includes(scene) : node.access !== 1;
}

export const showScenes = () => draw();

/** Draws the list anew where other scenes are on the wall, or something else is looked for. */
function draw() {
  const key = JSON.stringify([wanted, all, wanted || all ? 0 : playing(), may("edit"), nodes.size]);
  if (key === drawnFor && rows.size) return;
  drawnFor = key;
  const found = [...nodes.values()].filter(shown);
  const order = playing();
  const rank = (node) => {
    const at = order.indexOf(sceneOf(node.address) ?? "");
    return at >= 0 ? at : sceneOf(node.address) ? order.length + 1 : order.length;
  };
  found.sort((one, other) => rank(one) - rank(other)); // stable: within a scene as its file has them
  const groups = new Map();
  for (const node of found.slice(0, MOST_SHOWN)) {
    const place = node.address.slice(0, node.address.lastIndexOf("/")) || "/";
    if (!groups.has(place)) groups.set(place, []);
    groups.get(place).push(node);
  }
  rows = new Map();
  const target = element("values");
  target.replaceChildren(...[...groups].map(([place, inside]) => make("div", { class: "group" }, heading(place), ...inside.map(drawRow))));
  if (!found.length) target.append(make("p", { class: "quiet", text: wanted ? `Nothing is called “${wanted}”.` : "The scene on the wall has no values." }));
  if (found.length > MOST_SHOWN) target.append(make("p", { class: "quiet", text: `${found.length - MOST_SHOWN} more: filter for them.` }));
  showFile();
}

function heading(place) {
  const [, kind, scene, ...rest] = place.split("/");
  if (kind !== "scene") return make("h3", {}, make("span", { text: { sense: "signals of the room", canvas: "canvas", reveal: "reveal" }[kind] ?? kind }));
  return make("h3", {}, make("b", { text: rest.join(" / ") || "values of the scene" }), make("small", { text: scene }));
}

function drawRow(node) {
  const off = !may("edit") || node.access === 1;
  const control = controlOf(node, (...values) => {
    const fade = Number(element("value-fade").value.replace(",", "."));
    const fades = fade > 0 && fade <= 3600 && ["float", "point2D", "color"].includes(node.kind);
    say(node.address, ...values, ...(fades ? [fade] : []));
  }, off);
  const back = make("button", { class: "square back", title: "Back to its file", "aria-label": `${node.address} back to its file`, onclick: () => say(`${node.address}/reset`) }, icon("undo"));
  const name = node.address.slice(node.address.lastIndexOf("/") + 1);
  const target = make("div", { class: "value", dataset: { address: node.address } },
    make("label", { text: name.replaceAll("_", " "), title: [node.address, node.help].filter(Boolean).join("\n") }),
    make("div", { class: "control" }, control.target),
    make("span", { class: "range", text: range(node) }),
    make("span", { class: "owner" }), off ? make("span") : back);
  const row = { target, control, owner: target.querySelector(".owner"), back };
  rows.set(node.address, row);
  showRow(row, node);
  return target;
}

const short = (value) => (isNumber(value) ? String(Math.round(value * 1000) / 1000) : "");

function range(node) {
  const ends = isNumber(node.low) || isNumber(node.high) ? `${short(node.low) || "…"} – ${short(node.high) || "…"}` : "";
  return [ends, text(node.unit)].filter(Boolean).join(" ");
}

function showRow({ target, control, owner, back }, node) {
  control.show(node.value);
  write(owner, { expression: "ƒ expression", live: "live only", console: "by hand", hand: "by hand" }[node.owner] ?? (text(node.owner) || "file"));
  mark(target, "data-home", isHome(node) ? "yes" : null);
  mark(target, "data-driven", node.owner === "expression" || node.owner === "data" ? "yes" : null);
  owner.title = isHome(node) ? `as its file says: ${told(node.saved)}` : `set by ${node.owner}; its file says ${told(node.saved)}`;
  back.disabled = isHome(node);
}

const told = (value) => (Array.isArray(value) ? value.map(short).join(", ") : isNumber(value) ? short(value) : String(value ?? ""));

/** What is done live never changes a file: how many values differ from theirs. */
function showFile() {
  const other = [...nodes.values()].filter((node) => !isHome(node) && node.access !== 1 && node.address !== "/reveal/level");
  const byHand = other.filter((node) => !String(node.owner).startsWith("cue")).length;
  const parts = [other.length - byHand ? `${other.length - byHand} set by cues` : "", byHand ? `${byHand} by hand` : ""].filter(Boolean);
  write(element("file-state"), parts.length ? `No file is changed. Live: ${parts.join(", ")}.` : "No file is changed. Every value is as its file says.");
  element("file-state").classList.toggle("live", parts.length > 0);
  element("give-back").hidden = !byHand || !may("edit");
}

cover(element("give-back"), ["Give back what hands have set", "Give all of them back?"], () => {
  const mine = [...nodes.values()].filter((node) => !isHome(node) && node.access !== 1 && !String(node.owner).startsWith("cue"));
  for (const node of mine.slice(0, MOST_GIVEN)) say(`${node.address}/reset`);
});

element("value-search").addEventListener("input", (event) => {
  wanted = event.target.value.trim().toLowerCase();
  draw();
});
element("value-all").addEventListener("click", (event) => {
  all = !all;
  event.currentTarget.setAttribute("aria-pressed", String(all));
  draw();
});
onRights(draw);
