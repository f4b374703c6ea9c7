// The cue list, and the cues that run. The list is drawn when it changes; a status only marks its rows.

import { openDetail } from "./cue_detail.js";
import { cueStatus, say, may } from "./desk.js";
import { element, icon, make, mark, write } from "./dom.js";
import { asList, asObject, countdown, isNumber, seconds, text } from "./words.js";

const MOST_ROWS = 1500;
const GOES_ON = { "auto-continue": ["on", "goes on by itself after its post-wait"], "auto-follow": ["follow", "goes on by itself when it is over"] };
let list = { cues: [], doubleGo: 0, byId: new Map() };
let rows = new Map();
let selected = null;
let wanted = "";
let standing = null;
const folded = new Set();

export const listed = () => list;
export const cueOf = (id) => list.byId.get(id);

/** The cue that stands by after this one, as the list has it. */
export function cueAfter(id) {
  const cue = cueOf(id);
  if (!cue) return null;
  const named = cue.goto && list.cues.find((one) => one.number === cue.goto || one.id === cue.goto);
  if (named) return named;
  const at = list.cues.indexOf(cue);
  return list.cues.slice(at + 1).find((one) => one.stands) ?? null;
}

export function showList({ cues, double_go: doubleGo }) {
  list = { cues, doubleGo, byId: new Map(cues.map((one) => [one.id, one])) };
  draw();
  standing = null; // its row is to be seen
  showCues();
}

const depthOf = (cue) => (cue.parent ? 1 + depthOf(cueOf(cue.parent) ?? {}) : 0);
const isFolded = (cue) => Boolean(cue.parent) && (folded.has(cue.parent) || isFolded(cueOf(cue.parent) ?? {}));
const matches = (cue) => [cue.number, cue.name, cue.notes, cue.id, ...(cue.does ?? [])]
  .some((words) => text(words).toLowerCase().includes(wanted));

function draw() {
  const body = element("cues").tBodies[0];
  const shown = list.cues.filter((cue) => (wanted ? matches(cue) : !isFolded(cue)));
  rows = new Map();
  body.replaceChildren(...shown.slice(0, MOST_ROWS).map((cue) => {
    const row = drawRow(cue);
    rows.set(cue.id, row);
    return row;
  }));
  const left = shown.length - MOST_ROWS;
  const none = !list.cues.length ? "This show has no cues." : !shown.length ? `No cue has “${wanted}” in it.` : left > 0 ? `${left} more: search for them.` : "";
  element("cue-none").hidden = !none;
  write(element("cue-none"), none);
  write(element("cue-count"), list.cues.length ? String(list.cues.length) : "");
  if (selected && rows.has(selected)) open(selected);
}

function drawRow(cue) {
  const depth = wanted ? 0 : depthOf(cue);
  const group = cue.group && list.cues.some((one) => one.parent === cue.id);
  const fold = group && !wanted ? make("button", { class: "fold", "aria-label": `Fold ${text(cue.name) || cue.id}`, "aria-expanded": String(!folded.has(cue.id)),
    onclick: (event) => { event.stopPropagation(); toggleFold(cue.id); } }, icon("fold")) : null;
  const [shape, says] = GOES_ON[cue.continue] ?? [];
  const goes = make("td", { class: "goes", title: [says, cue.goto && `then to ${cue.goto}`].filter(Boolean).join("; ") || null },
    shape ? icon(shape) : null, shape ? make("span", { class: "unseen", text: says }) : null, cue.goto ? make("small", { text: `→${cue.goto}` }) : null);
  const trigger = cue.trigger ? make("span", { class: "trigger", title: triggerOf(cue.trigger) }, icon("clock"), make("span", { class: "unseen", text: triggerOf(cue.trigger) })) : null;
  const name = make("button", { class: "name", "aria-expanded": "false", title: text(cue.notes) || null, onclick: () => select(cue.id) },
    make("span", { text: text(cue.name) || (cue.does ?? []).join(", ") || cue.kind }));
  const row = make("tr", { dataset: { id: cue.id, colour: cue.colour ?? "" }, class: [cue.group ? "group" : "", cue.disarmed ? "disarmed" : ""].join(" ") },
    make("td", { class: "head" }, icon("play"), make("span", { class: "unseen state" })),
    make("td", { class: "number", text: text(cue.number) }),
    make("td", { class: "title" }, make("div", {}, fold, name, trigger,
      make("em", { class: "why", text: cue.disarmed ? (cue.skip ? "disarmed, skipped" : "disarmed") : "" }))),
    make("td", { class: "does wide", text: cue.group ? cue.group : (cue.does ?? []).join(", "), title: (cue.does ?? []).join("\n") || null }),
    time("pre wide", cue.pre_wait), time("dur", cue.duration), time("post wide", cue.continue === "auto-continue" ? cue.post_wait : 0), goes);
  row.querySelector(".title > div").style.paddingLeft = `${depth * 18}px`;
  row.addEventListener("click", (event) => { if (!event.target.closest("button")) select(cue.id); });
  row.addEventListener("dblclick", () => { if (cue.stands && may("control")) say(`/playhead/${cue.id}`); });
  return row;
}

const time = (kind, value) => make("td", { class: `num ${kind}` }, make("i"), make("span", { text: value ? seconds(value) : "" }));

export function triggerOf(trigger) {
  const visitor = { presence: "when somebody comes", absence: "when all have left" }[trigger.visitor];
  return [trigger.clock && `every day at ${trigger.clock}`, trigger.timecode && `at timecode ${trigger.timecode}`, visitor,
    trigger.longest && `after ${seconds(trigger.longest)} at the latest`].filter(Boolean).join(", ");
}

function toggleFold(id) {
  if (!folded.delete(id)) folded.add(id);
  draw();
  showCues();
}

function select(id) {
  const again = selected === id;
  for (const row of document.querySelectorAll("#cues tr.detail")) row.remove();
  if (selected && rows.has(selected)) unmark(rows.get(selected));
  selected = again ? null : id;
  if (selected) open(selected);
}

function unmark(row) {
  row.classList.remove("selected");
  row.querySelector(".name").setAttribute("aria-expanded", "false");
}

function open(id) {
  const row = rows.get(id);
  row.classList.add("selected");
  row.querySelector(".name").setAttribute("aria-expanded", "true");
  row.after(openDetail(cueOf(id), select));
}

/** Marks what stands by, runs, waits, is loaded or broken. */
export function showCues() {
  const cue = cueStatus();
  const runs = new Map(asList(cue.running).map(asObject).map((one) => [one.id, one]));
  const broken = new Map(asList(cue.broken).map(asObject).map((one) => [one.id, text(one.why)]));
  const loaded = asObject(cue.loaded);
  for (const [id, row] of rows) {
    const run = runs.get(id);
    const stands = id === cue.standing_by_id;
    const words = [stands && "stands by", run && (run.paused ? `paused in ${run.phase}` : run.phase), id === cue.current_id && "acted last"].filter(Boolean).join(", ");
    mark(row, "data-stands", stands ? "yes" : null);
    mark(row, "data-now", id === cue.current_id && cue.triggers_held !== true ? "yes" : null);
    mark(row, "data-phase", run ? run.phase : null);
    mark(row, "data-paused", run?.paused ? "yes" : null);
    mark(row, "data-broken", broken.has(id) ? "yes" : null);
    write(row.querySelector(".state"), words);
    for (const bar of row.querySelectorAll(run ? ".post i" : "td i")) bar.style.width = "0";
    const entry = cueOf(id);
    const label = text(entry?.number) || id;
    const at = Object.hasOwn(loaded, label) ? loaded[label] : undefined; // a cue may be called "constructor"
    const why = broken.get(id) || (at !== undefined ? `loaded${at ? ` at ${seconds(at)}` : ""}` : entry?.disarmed ? (entry.skip ? "disarmed, skipped" : "disarmed") : "");
    write(row.querySelector(".why"), why);
    row.querySelector(".why").title = why.length > 30 ? why : "";
  }
  if (cue.standing_by_id !== standing) {
    standing = cue.standing_by_id;
    rows.get(standing)?.scrollIntoView({ block: "nearest" });
  }
  showRuns([...runs.values()], asList(cue.waiting).map(asObject));
}

// -- what runs -----------------------------------------------------------------------------------------------------------

function showRuns(runs, waiting) {
  const panel = element("running");
  const target = element("runs");
  panel.hidden = !runs.length && !waiting.length;
  const lines = [...runs.map((one) => ({ key: `run ${one.id}`, one })), ...waiting.map((one) => ({ key: `wait ${one.number}`, one, waits: true }))].slice(0, 24);
  const before = new Map([...target.children].map((item) => [item.dataset.key, item]));
  target.replaceChildren(...lines.map(({ key, one, waits }) => {
    const item = before.get(key) ?? (waits ? drawWait(key) : drawRun(key, one));
    item.run = one;
    return item;
  }));
  moveRuns(0);
}

function drawRun(key, run) {
  const act = (verb) => () => say(`/cue_id/${run.id}/${verb}`);
  return make("li", { dataset: { key } }, make("i"),
    make("b"), make("span", { class: "what" }), make("span", { class: "phase" }), make("span", { class: "num" }),
    make("button", { class: "square pause", "data-right": "control", "aria-label": `Pause ${text(run.number) || run.id}`, onclick: act("togglePause"), disabled: !may("control") }, icon("pause")),
    make("button", { class: "square", "data-right": "control", "aria-label": `Stop ${text(run.number) || run.id}`, onclick: act("stop"), disabled: !may("control") }, icon("stop")));
}

const drawWait = (key) => make("li", { class: "waits", dataset: { key } }, make("i"), make("b"), make("span", { class: "what" }), make("span", { class: "phase" }), make("span", { class: "num" }));

/** Progress, so many seconds after the newest status. */
export function moveRuns(moved) {
  for (const item of element("runs").children) {
    const { run } = item;
    const [bar, number, what, phase, left] = item.children;
    const on = run.paused ? 0 : moved;
    const remaining = isNumber(run.remaining) ? Math.max(run.remaining - on, 0) : null;
    write(number, text(run.number));
    if (item.classList.contains("waits")) {
      const from = list.cues.find((one) => one.number === run.number || one.id === run.number);
      const whole = from?.continue === "auto-continue" ? from.post_wait : null;
      write(what, `goes on to ${text(run.next)}`);
      write(phase, { presence: "or a visitor", absence: "or all have left" }[run.until] ?? "");
      bar.style.width = whole && remaining !== null ? `${Math.min(100, Math.max(0, 100 * (1 - remaining / whole)))}%` : "0";
      const cell = from && rows.get(from.id)?.querySelector(".post i");
      if (cell) cell.style.width = bar.style.width;
    } else {
      const whole = remaining === null ? 0 : run.elapsed + run.remaining;
      write(what, text(run.name) || (cueOf(run.id)?.does ?? []).join(", ") || run.kind);
      write(phase, run.paused ? "paused" : run.phase === "action" ? "" : run.phase);
      mark(item, "data-paused", run.paused ? "yes" : null);
      const button = item.querySelector(".pause");
      mark(button, "aria-pressed", String(Boolean(run.paused)));
      bar.style.width = whole > 0 ? `${Math.min(100, (100 * (run.elapsed + on)) / whole)}%` : "0";
      const row = rows.get(run.id);
      if (row) {
        const cell = row.querySelector(run.phase === "pre-wait" ? ".pre i" : ".dur i");
        for (const one of row.querySelectorAll(".pre i, .dur i")) one.style.width = one === cell ? bar.style.width : "0";
      }
    }
    write(left, remaining === null ? "" : countdown(remaining));
  }
}

element("cue-search").addEventListener("input", (event) => {
  wanted = event.target.value.trim().toLowerCase();
  draw();
  showCues();
});
