// Puts the status on the page. Only ever writes text, so nothing in a show's name can become markup; any key may be
// missing.

import { DASH, asList, asObject, clock, count, duration, isNumber, milliseconds, named, number, percent, share, text } from "./words.js";

const HISTORY = 240; // two minutes at two a second
const history = [];
const element = (id) => document.getElementById(id);
let link = "connecting";
let engine = { state: "connecting" };
let problems = [];
let pictures = 0;

function write(target, words) {
  if (target.textContent !== words) target.textContent = words;
}

/** Rows of a name, a value and perhaps a tone ("good", "warn", "bad"), written over what is there. */
function rows(id, wanted) {
  const list = element(id);
  const shown = wanted.filter((row) => row[1] !== "");
  while (list.children.length > shown.length) list.lastElementChild.remove();
  shown.forEach(([name, value, tone = ""], index) => {
    let row = list.children[index];
    if (!row) {
      row = document.createElement("div");
      row.append(document.createElement("dt"), document.createElement("dd"));
      list.append(row);
    }
    write(row.firstElementChild, name);
    write(row.lastElementChild, value);
    row.lastElementChild.title = value.length > 24 ? value : "";
    row.dataset.tone = tone;
  });
}

/** What the connection does: connecting, open, lost. */
export function showEngine(state) {
  link = state;
  veil();
}

function veil() {
  const lost = link === "lost";
  const state = lost && engine.state !== "stopped" ? "lost" : link === "connecting" ? "connecting" : engine.state;
  const [pill, head, tail] = {
    connecting: ["Connecting", "Connecting", ""],
    lost: ["Reconnecting", "Connection lost", "Reconnecting by itself. What you see is the last that came."],
    starting: ["Starting", "The engine is starting", ""],
    stopped: ["Engine stopped", "The engine has stopped", "This page comes back by itself when it runs again."],
    silent: ["No answer", `The engine has not answered for ${duration(engine.age_s)}`, "What you see is the last that came."],
    running: ["Live", pictures ? "" : "No picture yet", ""],
  }[state] ?? ["Unknown", "", ""];
  document.body.dataset.engine = state;
  write(element("link"), pill);
  element("veil").hidden = !head;
  write(element("veil").firstElementChild, head);
  write(element("veil").lastElementChild, tail);
  document.title = `${head || element("scene").textContent} · Console`;
  showProblems(["lost", "stopped", "silent"].includes(state) ? [{ message: head, hint: tail }, ...problems] : problems);
}

/** Shows one status: the keys of Engine.status, and "engine" from the console's process. */
export function showStatus(status) {
  engine = asObject(status.engine);
  problems = asList(status.problems);
  showTitle(status);
  veil();
  showCues(asObject(status.cue));
  showReveal(asObject(status.reveal), asList(status.faults), status.staged === true, asObject(status.flash), text(status.score));
  showFrames(status);
  showCamera(asObject(status.camera), asObject(status.signals));
  showAudio(asObject(status.audio));
  showData(asList(status.data).map(asObject));
  showOsc(asObject(status.osc));
  showMachine(status);
}

function showTitle(status) {
  const scene = text(status.scene) || "No scene";
  write(element("scene"), scene);
  write(element("show"), text(status.show));
  write(element("time"), clock(status.seconds));
  const truth = element("truth");
  truth.hidden = typeof status.fiction !== "boolean";
  truth.classList.toggle("fiction", status.fiction === true);
  write(truth, status.fiction === true ? "FICTION" : "Fact");
  element("staged").hidden = status.staged !== true;
  const notice = element("notice");
  notice.hidden = !text(status.notice);
  write(notice, text(status.notice));
}

function cueName(number, name) {
  return [text(number), text(name)];
}

function writeCue(id, [number, name], empty) {
  const target = element(id);
  const parts = number || name ? [number, name] : ["", empty];
  if (!target.firstElementChild) target.append(document.createElement("b"), document.createElement("span"));
  write(target.firstElementChild, parts[0]);
  write(target.lastElementChild, parts[1]);
  target.classList.toggle("quiet", !number && !name);
}

function showCues(cue) {
  writeCue("cue-now", cueName(cue.current, cue.name), "No cue has run");
  writeCue("cue-standing", cueName(cue.standing_by, cue.standing_by_name), "End of the list");
  const until = { presence: "when a visitor comes", absence: "when all have left" }[cue.until];
  const waits = isNumber(cue.waiting_s);
  const standing = text(cue.standing_by) || text(cue.standing_by_name);
  const spare = standing ? "on GO" : "Nothing stands by";
  const when = waits ? `in ${duration(Math.max(cue.waiting_s, 1))}` : until ? "" : spare;
  writeCue("cue-next", ["", [when, until].filter(Boolean).join(", or ")], spare);
  element("cue-next").classList.toggle("quiet", !waits && !until && !standing);
}

function showReveal(reveal, faults, staged, flash, score) {
  write(element("reveal-level"), percent(reveal.level));
  write(element("reveal-under"), text(reveal.under) ? `onto ${text(reveal.under)}` : "nothing under it");
  element("reveal-bar").firstElementChild.style.width = `${share(reveal.level) * 100}%`;
  element("reveal-bar").lastElementChild.style.width = `${share(reveal.cracks) * 100}%`;
  const names = faults.map(named).filter(Boolean);
  rows("reveal", [
    ["Cracks", percent(reveal.cracks)],
    ["Faults", names.length ? names.join(", ") : staged ? "none just now" : "none", names.length ? "warn" : ""],
    ["Flashes", ...flashes(flash)],
    ...(score ? [["Staged by", score]] : []),
  ]);
}

/** What the flash guard does, and the tone of it. */
function flashes(flash) {
  if (flash.guard === "off") return [`not guarded: ${text(flash.reason)}`, "bad"];
  if (flash.guard !== "on") return [""];
  return flash.damping === true ? [`calmed on ${number(flash.damped, 1)} % of the canvas`, "warn"] : ["guarded, none"];
}

function showFrames(status) {
  const times = asObject(status.frame_ms);
  write(element("fps"), number(status.fps, isNumber(status.fps) && status.fps < 10 ? 1 : 0));
  rows("frames", [
    ["p50", milliseconds(times.p50)],
    ["p95", milliseconds(times.p95)],
    ["p99", milliseconds(times.p99)],
  ]);
  if (engine.state === "running" && isNumber(times.p50)) {
    history.push([times.p50, isNumber(times.p99) ? times.p99 : times.p50]);
    if (history.length > HISTORY) history.shift();
  }
  drawSpark();
}

/** The median as a filled hill, p99 as a line above it, and a dashed line at a sixtieth of a second. */
function drawSpark() {
  const canvas = element("spark");
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (!width || !height) return;
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const style = getComputedStyle(canvas);
  const pen = canvas.getContext("2d");
  const highest = Math.max(24, ...history.map((pair) => Math.max(...pair))) * 1.1;
  const steps = Math.max(history.length, HISTORY / 8) - 1; // the first quarter of a minute fills the width
  const x = (index) => width - ((history.length - 1 - index) / steps) * width;
  const y = (value) => height - (value / highest) * (height - ratio);
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = style.getPropertyValue("--hill");
  pen.beginPath();
  pen.moveTo(x(0), height);
  history.forEach(([median], index) => pen.lineTo(x(index), y(median)));
  pen.lineTo(width, height);
  pen.fill();
  pen.strokeStyle = style.getPropertyValue("--mark");
  pen.lineWidth = ratio;
  pen.setLineDash([3 * ratio, 4 * ratio]);
  pen.beginPath();
  pen.moveTo(0, y(1000 / 60));
  pen.lineTo(width, y(1000 / 60));
  pen.stroke();
  pen.setLineDash([]);
  pen.fillStyle = style.getPropertyValue("--mark");
  pen.font = `${10 * ratio}px system-ui, sans-serif`;
  pen.fillText("16.7 ms", 0, Math.max(y(1000 / 60) - 3 * ratio, 9 * ratio));
  pen.strokeStyle = style.getPropertyValue("--line");
  pen.lineWidth = 1.5 * ratio;
  pen.beginPath();
  history.forEach(([, slow], index) => (index ? pen.lineTo(x(index), y(slow)) : pen.moveTo(x(index), y(slow))));
  pen.stroke();
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

function showOsc(osc) {
  if (!Object.keys(osc).length) {
    rows("osc", [["State", "no port is open"]]);
    return;
  }
  rows("osc", [
    ["Listens at", `${text(osc.host) || DASH}:${isNumber(osc.port) ? osc.port : DASH}`],
    ["Messages", count(osc.messages)],
    ["Packets", count(osc.packets)],
    ["Malformed, dropped", `${count(osc.malformed)}, ${count(osc.dropped)}`, osc.dropped > 0 ? "bad" : osc.malformed > 0 ? "warn" : ""],
  ]);
}

function showMachine(status) {
  const canvas = asList(status.canvas);
  const outputs = asList(status.outputs).map(named).filter(Boolean);
  rows("machine", [
    ["Canvas", canvas.length === 2 ? canvas.map((side) => number(side)).join(" × ") : DASH],
    ["Drawn at", drawnAt(status.scale, status.scale_pinned), isNumber(status.scale) && status.scale < 1 ? "warn" : ""],
    ["Renderer", text(status.renderer) || DASH],
    ["Outputs", outputs.length ? outputs.join(" · ") : "none"],
    ["Memory", isNumber(status.memory_mb) ? `${count(status.memory_mb)} MB` : ""],
  ]);
}

/** How finely the canvas is drawn, and who wanted it so; nothing while every pixel is. */
function drawnAt(scale, pinned) {
  if (!isNumber(scale) || scale >= 1) return "";
  return `${percent(scale)} of its size, ${pinned ? "pinned" : "to hold the frame rate"}`;
}

function showProblems(all) {
  const list = element("problems");
  const told = all.map((item) => (typeof item === "string" ? { message: item } : asObject(item)));
  write(element("problem-count"), told.length ? String(told.length) : "");
  document.body.classList.toggle("has-problems", told.length > 0);
  const key = JSON.stringify(told);
  if (list.dataset.key === key) return; // or a selected place could not be copied
  list.dataset.key = key;
  const lines = told.map((item) => line([["code", text(item.where)], ["p", text(item.message)], ["small", text(item.hint)]]));
  list.replaceChildren(...(lines.length ? lines : [line([["p", "Nothing is wrong."]], "quiet")]));
}

function line(parts, tone = "") {
  const item = document.createElement("li");
  item.className = tone;
  for (const [kind, words] of parts) {
    if (!words) continue;
    const part = document.createElement(kind);
    for (const piece of kind === "code" ? words.split(/(?<=[/])/) : [words]) {
      part.append(piece, document.createElement("wbr")); // a path breaks after its slashes, and copies whole
    }
    item.append(part);
  }
  return item;
}

/** Draws pictures onto a canvas, each unless a newer one has come by the time it is decoded; then calls drawn(). */
function painter(id, drawn) {
  let drawing = false;
  let waiting = null;
  return async (blob) => {
    waiting = blob;
    if (drawing) return;
    drawing = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        const picture = await createImageBitmap(next);
        const canvas = element(id);
        if (canvas.width !== picture.width || canvas.height !== picture.height) {
          [canvas.width, canvas.height] = [picture.width, picture.height];
        }
        const pen = canvas.getContext("2d");
        pen.clearRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(picture, 0, 0);
        picture.close();
        drawn();
      }
    } catch {
      // a damaged picture: the next one comes in a moment
    } finally {
      drawing = false;
    }
  };
}

/** The canvas, as a JPEG. */
export const drawPicture = painter("picture", () => {
  pictures += 1;
  if (pictures === 1) veil();
});

/** Who is before the wall: white on nothing, as a PNG. */
export const drawSilhouettes = painter("silhouettes", () => {});
