// The reveal under its guard, and the picture of what the next GO would show.

import { cueOf } from "./cues.js";
import { may, onRights, say } from "./desk.js";
import { element, mark, rows, write } from "./dom.js";
import { asList, asObject, duration, isNumber, named, percent, share, text } from "./words.js";

const LIFTED_MS = 20000;
const SEND_MS = 50;
let timer = 0;
let sent = 0;
let waiting = 0;
let touched = 0;
let shown = null; // the cue that the picture of the next is of

export function showReveal(status) {
  element("blind").classList.toggle("old", shown !== asObject(status.cue).standing_by_id);
  const reveal = asObject(status.reveal);
  const flash = asObject(status.flash);
  write(element("reveal-level"), isNumber(reveal.level) ? percent(reveal.level) : "–");
  write(element("reveal-under"), text(reveal.under) ? `shows ${text(reveal.under)}` : "nothing lies under");
  const bar = element("reveal-bar");
  bar.children[0].style.width = `${100 * share(reveal.level)}%`;
  bar.children[1].style.width = `${100 * share(reveal.cracks)}%`;
  if (performance.now() - touched > 1500 && isNumber(reveal.level)) element("reveal-slider").value = String(reveal.level);
  const faults = asList(status.faults).map(named).filter(Boolean);
  const guard = text(flash.guard) === "off" ? `not guarded: ${text(flash.reason)}` : flash.damping ? `calmed on ${text(flash.damped)} % of the canvas` : text(flash.guard) ? "nothing to calm" : "";
  rows("reveal", [
    ["Cracks", isNumber(reveal.cracks) ? percent(reveal.cracks) : ""],
    ["Owner", text(asObject(status.owners).reveal)],
    ["Faults", faults.length ? faults.join(", ") : status.staged ? text(status.score) : "none", status.staged ? "warn" : ""],
    ["Score", status.staged && isNumber(status.score_s) ? `${text(status.score)}, ${duration(status.score_s)} in` : "", "warn"],
    ["Flashes", guard, flash.damping || text(flash.guard) === "off" ? "warn" : ""],
  ]);
}

function lift() {
  element("reveal-open").hidden = false;
  element("reveal-lift").hidden = true;
  mark(element("reveal-lift"), "aria-expanded", "true");
  stay();
  element("reveal-slider").focus();
}

export function lower() {
  clearTimeout(timer);
  element("reveal-open").hidden = true;
  element("reveal-lift").hidden = false;
  mark(element("reveal-lift"), "aria-expanded", "false");
}

/** The guard comes down when nothing has been touched for a while. */
function stay() {
  clearTimeout(timer);
  timer = setTimeout(lower, LIFTED_MS);
}

export function toggleReveal() {
  if (!may("control")) return;
  if (element("reveal-open").hidden) lift();
  else lower();
}

function send() {
  clearTimeout(waiting);
  const later = sent + SEND_MS - performance.now();
  if (later > 0) {
    waiting = setTimeout(send, later);
    return;
  }
  sent = performance.now();
  say("/reveal", Number(element("reveal-slider").value));
}

element("reveal-lift").addEventListener("click", toggleReveal);
element("reveal-slider").addEventListener("input", () => {
  touched = performance.now();
  stay();
  send();
});
for (const button of document.querySelectorAll("[data-reveal]")) {
  button.addEventListener("click", () => {
    stay();
    const seconds = Number(element("reveal-fade").value.replace(",", "."));
    say("/reveal", Number(button.dataset.reveal), seconds >= 0 && seconds <= 3600 ? seconds : 4);
  });
}
onRights(() => { if (!may("control")) lower(); });

/** The picture of the next cue: of which, and what there is to say where it isn't there. */
export function showBlind({ cue, state, told }) {
  if (state === "drawing" && cue === shown) return; // the same once more, with what hands have set since: the old one does till then
  const known = cueOf(cue);
  write(element("blind-cue"), text(known?.number) || text(known?.name) || text(cue));
  const veil = element("blind-veil");
  veil.hidden = state === "there";
  shown = state === "there" ? cue : null;
  element("blind").classList.toggle("old", shown === null);
  write(veil.firstElementChild, text(told));
}
