// One control for each kind of parameter. Each gives { target, show(value) } and calls send(values) while it is moved; what comes in
// meanwhile doesn't tear it out of the hand.

import { make, mark } from "./dom.js";
import { isNumber } from "./words.js";

const HELD_MS = 600; // after the last touch
const SEND_MS = 40;

/** Sends at most every so many milliseconds, the last one always. */
export function throttled(send, every = SEND_MS) {
  let sent = 0;
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    const act = () => { sent = performance.now(); send(...values); };
    const later = sent + every - performance.now();
    if (later > 0) timer = setTimeout(act, later);
    else act();
  };
}

/** What hands touch is theirs for a moment. */
function hold() {
  let until = 0;
  return { touch: () => { until = performance.now() + HELD_MS; }, held: () => performance.now() < until };
}

/** A number in about five figures. */
function plain(value) {
  if (!isNumber(value)) return "";
  const scale = 10 ** Math.max(0, 4 - Math.floor(Math.log10(Math.max(Math.abs(value), 1))));
  return String(Math.round(value * scale) / scale);
}
const typed = (field) => Number(field.value.replace(",", "."));

function numberField(label, send, off) {
  const field = make("input", { class: "short", inputmode: "decimal", autocomplete: "off", "aria-label": label, disabled: off });
  const give = () => {
    const value = typed(field);
    if (field.value.trim() && Number.isFinite(value)) send(value);
    else field.value = field.dataset.was ?? "";
  };
  field.addEventListener("change", give);
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") field.blur(); });
  return {
    field,
    show: (value) => {
      field.dataset.was = plain(value);
      if (document.activeElement !== field) field.value = plain(value);
    },
  };
}

/** A slider with a place for the saved value, moved in hundredths by the arrow keys, with Shift in thousandths; and a number. */
function float(node, send, off) {
  const whole = node.kind === "long";
  const bounded = isNumber(node.low) && isNumber(node.high) && node.high > node.low;
  const entry = numberField(`${node.address}, a number`, (value) => send(whole ? Math.round(value) : value), off);
  if (!bounded) return { target: make("div", { class: "slide" }, entry.field), show: entry.show };
  const span = node.high - node.low;
  const hands = hold();
  const give = throttled(send);
  const slider = make("input", { type: "range", min: String(node.low), max: String(node.high), step: whole ? "1" : "any", "aria-label": node.address, disabled: off });
  const tick = make("s", { title: "as the file says" });
  const set = (value) => {
    hands.touch();
    entry.show(value);
    give(whole ? Math.round(value) : value);
  };
  slider.addEventListener("input", () => set(Number(slider.value)));
  slider.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const step = whole ? 1 : span / (event.shiftKey ? 1000 : 100);
    slider.value = String(Math.min(Math.max(Number(slider.value) + way * step, node.low), node.high));
    set(Number(slider.value));
  });
  if (isNumber(node.saved)) tick.style.left = `${(100 * (Math.min(Math.max(node.saved, node.low), node.high) - node.low)) / span}%`;
  return {
    target: make("div", { class: "slide" }, make("div", { class: "track" }, slider, isNumber(node.saved) ? tick : null), entry.field),
    show: (value) => {
      if (hands.held()) return;
      if (slider.value !== String(value)) slider.value = String(value);
      entry.show(value);
    },
  };
}

function bool(node, send, off) {
  const button = make("button", { class: "switch", role: "switch", "aria-label": node.address, disabled: off }, make("i"), make("b"));
  button.addEventListener("click", () => send(button.getAttribute("aria-checked") !== "true"));
  return {
    target: button,
    show: (value) => {
      mark(button, "aria-checked", String(Boolean(value)));
      button.lastElementChild.textContent = value ? "on" : "off";
    },
  };
}

function choice(node, send, off) {
  const select = make("select", { "aria-label": node.address, disabled: off },
    ...node.values.map((value, index) => make("option", { value: String(value), text: node.labels?.[index] ?? String(value) })));
  select.addEventListener("change", () => send(Number(select.value)));
  return { target: select, show: (value) => { if (document.activeElement !== select) select.value = String(value); } };
}

const hex = (part) => Math.round(Math.min(Math.max(part, 0), 1) * 255).toString(16).padStart(2, "0");

function color(node, send, off) {
  const hands = hold();
  let alpha = 1;
  const give = throttled((...all) => send(...all));
  const field = make("input", { type: "color", "aria-label": node.address, disabled: off });
  const opacity = make("input", { type: "range", min: "0", max: "1", step: "any", "aria-label": `${node.address}, opacity`, title: "opacity", disabled: off });
  const set = () => {
    hands.touch();
    alpha = Number(opacity.value);
    give(...[1, 3, 5].map((at) => parseInt(field.value.slice(at, at + 2), 16) / 255), alpha);
  };
  field.addEventListener("input", set);
  opacity.addEventListener("input", set);
  return {
    target: make("div", { class: "slide colour" }, field, make("div", { class: "track" }, opacity)),
    show: (value) => {
      if (hands.held() || !Array.isArray(value)) return;
      const [r, g, b, a = 1] = value;
      const next = `#${hex(r)}${hex(g)}${hex(b)}`;
      if (field.value !== next) field.value = next;
      opacity.value = String(a);
    },
  };
}

/** A field to be moved in, by finger or arrow keys, and its two numbers. y is up. */
function point(node, send, off) {
  const [low, high] = [isNumber(node.low) ? node.low : 0, isNumber(node.high) ? node.high : 1];
  const hands = hold();
  let here = [0, 0];
  const give = throttled((...all) => send(...all));
  const dot = make("i");
  const pad = make("div", { class: "pad", tabindex: off ? "-1" : "0", role: "application", "aria-label": `${node.address}: arrow keys move it` }, dot);
  const fields = [0, 1].map((at) => numberField(`${node.address}, ${"xy"[at]}`, (value) => move(at ? [here[0], value] : [value, here[1]]), off));
  const draw = () => {
    dot.style.left = `${(100 * (here[0] - low)) / (high - low)}%`;
    dot.style.top = `${100 - (100 * (here[1] - low)) / (high - low)}%`;
    fields.forEach((one, at) => one.show(here[at]));
  };
  const clamp = (value) => Math.min(Math.max(value, low), high);
  function move(to) {
    hands.touch();
    here = to;
    draw();
    give(...here);
  }
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    move([clamp(low + ((event.clientX - box.left) / box.width) * (high - low)), clamp(high - ((event.clientY - box.top) / box.height) * (high - low))]);
  };
  if (!off) {
    pad.addEventListener("pointerdown", (event) => { pad.setPointerCapture(event.pointerId); at(event); });
    pad.addEventListener("pointermove", (event) => { if (pad.hasPointerCapture(event.pointerId)) at(event); });
    pad.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const step = (high - low) / (event.shiftKey ? 1000 : 100);
      move(here.map((value, index) => clamp(value + way[index] * step)));
    });
  }
  return {
    target: make("div", { class: "slide point" }, pad, ...fields.map((one) => one.field)),
    show: (value) => {
      if (hands.held() || !Array.isArray(value)) return;
      here = [value[0], value[1]];
      draw();
    },
  };
}

function words(node, send, off) {
  const field = make("input", { class: "words", type: "text", autocomplete: "off", maxlength: "4000", "aria-label": node.address, disabled: off });
  field.addEventListener("change", () => send(field.value));
  return { target: field, show: (value) => { if (document.activeElement !== field) field.value = String(value ?? ""); } };
}

function event(node, send, off) {
  return { target: make("button", { text: "Fire", "aria-label": `Fire ${node.address}`, disabled: off, onclick: () => send(true) }), show: () => {} };
}

/** The control of a parameter; `off` while this page may not move it. */
export function controlOf(node, send, off) {
  if (node.kind === "long" && node.values?.length) return choice(node, send, off);
  const kinds = { float, long: float, bool, color, point2D: point, text: words, event };
  return (kinds[node.kind] ?? words)(node, send, off);
}
