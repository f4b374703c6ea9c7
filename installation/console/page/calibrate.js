// Where a camera sees the canvas: buttons for what the engine can find by itself, and four marks to be placed by hand, with a
// finger, a mouse or the keyboard. It asks; what comes of it is told by the status.

import { element, make, rows } from "./dom.js";
import { connect } from "./link.js";
import { asList, asObject, isNumber, text } from "./words.js";

const CORNERS = ["bottom left", "bottom right", "top right", "top left"];
const STEP = 0.01;
const SMALL_STEP = 0.001;

const board = element("board");
const corners = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]; // 0 to 1, y up, as the engine has them
let placed = false;
let placing = false;
let saved = false;

const marks = CORNERS.map((name, index) => {
  const mark = make("button", { class: "mark", text: String(index + 1), "aria-label": `The canvas's ${name} corner` });
  mark.addEventListener("pointerdown", (event) => {
    mark.setPointerCapture(event.pointerId);
    mark.focus();
    event.preventDefault();
  });
  mark.addEventListener("pointermove", (event) => {
    if (!mark.hasPointerCapture(event.pointerId)) return;
    const box = board.getBoundingClientRect();
    move(index, (event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height);
  });
  mark.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? SMALL_STEP : STEP;
    move(index, corners[index][0] + way[0] * step, corners[index][1] + way[1] * step);
  });
  board.append(mark);
  return mark;
});

function move(index, x, y) {
  corners[index] = [Math.min(Math.max(x, -0.05), 1.05), Math.min(Math.max(y, -0.05), 1.05)];
  placed = true;
  saved = false;
  draw();
}

function draw() {
  corners.forEach(([x, y], index) => {
    marks[index].style.left = `${100 * x}%`;
    marks[index].style.top = `${100 * (1 - y)}%`;
    marks[index].title = `${CORNERS[index]}: ${x.toFixed(3)}, ${y.toFixed(3)}`;
  });
  board.querySelector("polygon").setAttribute("points", corners.map(([x, y]) => `${x},${1 - y}`).join(" "));
}

function ask(what, args = []) {
  element("wrong").textContent = say([`/calibrate/${what}`, ...args]) ? "" : "The console does not answer.";
}

function hear([address, ...args]) {
  if (address === "/error") element("wrong").textContent = args.slice(1).filter(Boolean).join(" ");
}

const camera = () => element("camera").value;
for (const button of document.querySelectorAll("[data-what]")) {
  const what = button.dataset.what;
  button.addEventListener("click", () => ask(what, what === "stop" || !camera() ? [] : [camera()]));
}
element("save").addEventListener("click", () => {
  ask("corners", [camera(), ...corners.flat().map((side) => Number(side.toFixed(5)))]);
  placed = false;
  saved = !element("wrong").textContent;
});
element("camera").addEventListener("change", () => { placed = false; });

function show(status) {
  const calibration = asObject(status.calibration);
  const cameras = asList(calibration.cameras).map(asObject);
  const names = cameras.map((one) => text(one.camera));
  const select = element("camera");
  if ([...select.options].map((one) => one.value).join("\n") !== names.join("\n")) {
    select.replaceChildren(...names.map((name) => new Option(name, name)));
  }
  const state = text(calibration.state);
  const wall = asObject(calibration.wall);
  placing = state === "corners";
  saved = saved && placing && !text(calibration.problem);
  board.classList.toggle("placing", placing);
  document.body.classList.toggle("placing", placing);
  element("save").disabled = !placing;
  element("stop").disabled = state === "none" || !state;
  const busy = { markers: "The wall shows markers; the camera looks for them.", latency: "The wall breathes; the camera watches.",
    projectors: striped(wall), check: striped(wall), corners: saved ? "Saved. Move the marks and save again, or stop." : "Place the marks, then save." }[state];
  element("told").textContent = [busy, text(calibration.message)].filter(Boolean).join(" ");
  const wrong = text(calibration.problem) || text(wall.problem);
  if (wrong) element("wrong").textContent = wrong;
  showWall(wall, state === "projectors" || state === "check");
  const mine = cameras.find((one) => text(one.camera) === camera()) ?? {};
  const known = asList(mine.corners);
  if (!placed && known.length === 8) {
    for (let index = 0; index < 4; index += 1) corners[index] = [known[2 * index], known[2 * index + 1]];
    draw();
  }
  rows("known", [
    ["Mapping", text(mine.mapping)],
    ["Delay", isNumber(mine.latency_ms) ? `${mine.latency_ms} ms ± ${mine.spread_ms}` : "not measured"],
    ["The wall's light", text(mine.own_light)],
  ]);
}

/** What the projectors' calibration does now. */
function striped(wall) {
  const output = text(wall.output);
  return output ? `Stripes of light on ${output}; about ${Number(wall.left_s)} seconds are left.` : "The projectors are being laid.";
}

function showWall(wall, busy) {
  element("wall").hidden = !("state" in wall);
  for (const button of element("wall").querySelectorAll("button")) button.disabled = busy;
  element("done").hidden = !busy;
  element("done").value = busy && isNumber(wall.of) ? Number(wall.done) / Math.max(wall.of, 1) : 0;
  const lines = [text(wall.message), ...asList(wall.report).map(text)].filter((line) => line && !busy);
  const list = element("report");
  if ([...list.children].map((one) => one.textContent).join("\n") === lines.join("\n")) return;
  list.replaceChildren(...lines.map((line) => make("li", { text: line })));
}

async function picture(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = element("picture");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
}

/** The passcode that was entered on the console's page, in this tab. */
function kept() {
  try {
    return sessionStorage.getItem("console-code") ?? "";
  } catch {
    return "";
  }
}

const say = connect({
  status: show,
  other: (message) => { if (message.reply) hear(message.reply); },
  picture,
  state: (state) => {
    const code = kept();
    if (state === "open" && code) setTimeout(() => say(["/connect", code]), 0);
    element("link").textContent = { open: "Live", lost: "Reconnecting" }[state] ?? "Connecting";
    document.body.dataset.engine = { open: "running", lost: "lost" }[state] ?? "connecting";
  },
});
draw();
