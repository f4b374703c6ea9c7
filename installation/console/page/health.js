// How the machine, the camera, the sound, the data and the network are, in figures; any of them may be missing.

import { rows, element, write } from "./dom.js";
import { frameBudget } from "./frames.js";
import { asList, asObject, count, DASH, duration, isNumber, milliseconds, named, number, percent, text } from "./words.js";

const RATE_S = 2; // seconds over which what comes in is counted
let counted = [];

export function showHealth(status) {
  showFrames(status);
  showCamera(asObject(status.camera), asObject(status.signals));
  showAudio(asObject(status.audio));
  showData(asList(status.data).map(asObject));
  showOsc(asObject(status.osc), status.seconds);
  showGear(status);
  showMachine(status);
}

function showFrames(status) {
  const cost = asObject(status.frame_ms);
  write(element("fps"), isNumber(status.fps) ? number(status.fps) : DASH);
  write(element("fps-word"), `frames a second, of ${number(1000 / frameBudget())} wanted`);
  const tone = (value) => (isNumber(value) && value > frameBudget() ? "warn" : "");
  rows("frames", [
    ["Half under", milliseconds(cost.p50), tone(cost.p50)],
    ["95 % under", milliseconds(cost.p95), tone(cost.p95)],
    ["99 % under", milliseconds(cost.p99), tone(cost.p99)],
  ]);
}

function showCamera(camera, signals) {
  const value = (name) => asObject(signals[name]).value;
  const problem = text(camera.problem);
  const late = isNumber(camera.age_s) && camera.age_s > 1;
  if (!Object.keys(camera).length) {
    rows("camera", [["State", "no camera"]]);
    return;
  }
  rows("camera", [
    ["Source", text(camera.source) || DASH],
    ["State", text(camera.state) || DASH, problem || late ? "warn" : "good"],
    ["Newest", isNumber(camera.age_s) ? `${duration(camera.age_s)} ago` : "never", late ? "warn" : ""],
    ["Frames a second", number(camera.fps)],
    ["Visitors", visitors(value("presence"), value("visitors")), value("presence") > 0.05 ? "good" : ""],
    ["Raised hands", number(value("hands"))],
    ["Smile", isNumber(value("smile")) ? percent(value("smile")) : DASH],
    ["Problem", problem, "bad"],
    ...asList(camera.notes).map((note) => ["Not as asked", text(note), "warn"]),
  ]);
}

function visitors(presence, count) {
  if (!isNumber(presence)) return DASH;
  return presence > 0.05 ? number(Math.max(count, 1)) : "nobody";
}

const LISTENING = { none: "silence is wanted", asleep: "nothing listens" };

function showAudio(audio) {
  const state = text(audio.state);
  if (!state || state in LISTENING) {
    rows("audio", [["State", LISTENING[state] || "no ear"]]);
    return;
  }
  const problem = text(audio.problem);
  rows("audio", [
    ["Source", text(audio.source) || DASH],
    ["State", state, problem ? "warn" : "good"],
    ["Level", isNumber(audio.level) ? percent(audio.level) : DASH],
    ["Problem", problem, "bad"],
  ]);
}

/** How old each dataset on the wall is, when its source is asked next, and what was wrong with it last. */
function showData(sets) {
  if (!sets.length) {
    rows("data", [["Datasets", "none"]]);
    return;
  }
  rows("data", sets.map((one) => [text(one.name), text(one.problem) || age(one), text(one.problem) ? "warn" : ""]));
}

function age(one) {
  const refreshed = isNumber(one.refreshed_s) ? `refreshed ${span(one.refreshed_s)} ago` : "as it shipped";
  return isNumber(one.due_s) ? `${refreshed}, next in ${span(one.due_s)}` : refreshed;
}

/** A time in days where it is days. */
function span(seconds) {
  const days = Math.round(seconds / 86400);
  return days >= 2 ? `${days} days` : duration(seconds);
}

/** Messages a second, by what was counted a moment before; the status says when that was, in the show's own seconds. */
function rates(osc, seconds) {
  const pages = asObject(osc.pages);
  if (!isNumber(seconds)) return {};
  if (counted.length && seconds < counted[counted.length - 1].seconds) counted = [];
  counted.push({ seconds, messages: osc.messages ?? 0, replies: osc.replies ?? 0, packets: pages.packets ?? 0 });
  while (counted.length > 2 && seconds - counted[1].seconds >= RATE_S) counted.shift();
  const [first, last] = [counted[0], counted[counted.length - 1]];
  const span = last.seconds - first.seconds;
  if (!(span > 0)) return {};
  return Object.fromEntries(["messages", "replies", "packets"].map((name) => [name, Math.round((last[name] - first[name]) / span)]));
}

function showOsc(osc, seconds) {
  const pages = asObject(osc.pages);
  const rate = rates(osc, seconds);
  const a = (value) => (isNumber(value) ? `${count(value)} a second` : DASH);
  const lost = (osc.dropped ?? 0) + (osc.overflowed ?? 0) + (osc.flooding ?? 0);
  const open = isNumber(osc.port);
  rows("osc", [
    ["Listens at", open ? `${text(osc.host) || DASH}:${osc.port}${osc.tcp ? ", udp and tcp" : ""}` : "no port is open", open ? "" : "warn"],
    ["Comes in", open ? a(rate.messages) : ""],
    ["Goes out", open ? a(rate.replies) : ""],
    ["In all", open ? count(osc.messages) : ""],
    ["Refused", open ? `${count(osc.malformed)} malformed, ${count(osc.denied)} denied` : "", osc.malformed > 0 ? "warn" : ""],
    ["Lost", open ? count(lost) : "", lost > 0 ? "bad" : ""],
    ["Pages", isNumber(pages.clients) ? `${pages.clients}, ${a(rate.packets)}` : ""],
  ]);
}

const MOST_GEAR = 16;

/** MIDI, lights, timecode: whatever there is, with what is wrong with it; then the tempo, and the log of the night. */
function showGear(status) {
  const found = [];
  const walk = (value, name) => {
    for (const [key, one] of Object.entries(asObject(value))) {
      if (one !== null && typeof one === "object") walk(one, [...name, key]);
      else if (text(one) && one !== 0 && one !== false) found.push([[...name, key].filter((word) => word !== "problem").join(" "), text(one), key === "problem" ? "bad" : ""]);
    }
  };
  const { projectors, ...others } = asObject(status.gear);
  walk(others, []);
  for (const [name, one] of Object.entries(asObject(projectors))) found.push(projectorRow(name, asObject(one)));
  const [tempo, log] = [asObject(status.tempo), asObject(status.log)];
  rows("gear", [
    ...found.slice(0, MOST_GEAR),
    ["Tempo", isNumber(tempo.bpm) ? `${text(tempo.bpm)} bpm` : ""],
    ["Log of the night", text(log.file) ? `${text(log.file).split("/").pop()}, ${number((log.bytes ?? 0) / 1e6, 1)} MB` : "", log.lost > 0 ? "warn" : ""],
  ]);
}

/** A projector in a line: its power, shutter, lamps, and what it complains of. */
function projectorRow(name, one) {
  const faults = Object.entries(asObject(one.faults)).map(([about, level]) => `${about} ${level}`);
  const hours = asList(one.lamp_hours).map((lamp) => `${count(lamp)} h`);
  const shutter = one.shutter === "closed" ? "shutter closed" : "";
  const told = [text(one.power), shutter, ...hours, ...faults, text(one.problem)].filter(Boolean).join(", ");
  const bad = text(one.problem) || Object.values(asObject(one.faults)).includes("error");
  return [`Projector ${name}`, told, bad ? "bad" : faults.length || one.power === "unknown" ? "warn" : ""];
}

function showMachine(status) {
  const canvas = asList(status.canvas);
  const outputs = asList(status.outputs).map(named).filter(Boolean);
  rows("machine", [
    ["Canvas", canvas.length === 2 ? canvas.map((side) => number(side)).join(" × ") : DASH],
    ["Drawn at", drawnAt(status.scale, status.scale_pinned), isNumber(status.scale) && status.scale < 1 ? "warn" : ""],
    ["Renderer", text(status.renderer) || DASH],
    ["Outputs", outputs.length ? outputs.join(" · ") : ""],
    ["Memory", isNumber(status.memory_mb) ? `${count(status.memory_mb)} MB` : ""],
  ]);
}

/** How finely the canvas is drawn, and who wanted it so; nothing while every pixel is. */
function drawnAt(scale, pinned) {
  if (!isNumber(scale) || scale >= 1) return "";
  return `${percent(scale)} of its size, ${pinned ? "pinned" : "to hold the frame rate"}`;
}
