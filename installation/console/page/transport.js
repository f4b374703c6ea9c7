// GO, what stands by and what comes then, the time left, and what stops it all.

import { cueAfter, cueOf, listed, moveRuns } from "./cues.js";
import { cueStatus, desk, may, notify, onRights, say, since } from "./desk.js";
import { element, mark, write } from "./dom.js";
import { cover } from "./guard.js";
import { showDay } from "./header.js";
import { asList, asObject, countdown, isNumber, text } from "./words.js";

const SHOWN_MS = 350; // a double-GO guard of 0.15 s would be over before anybody sees it
const PANIC_S = 2; // how long a panic fades, unless the message says otherwise
const UNHEARD_MS = 1500;
const UNTIL = { presence: "when a visitor comes", absence: "when all have left" };
let guardedUntil = 0;

const running = () => desk.linked && desk.status.engine?.state === "running";

/** GO, as by the button: whatever stands by starts, in the fade time that was given for it. */
export function go() {
  if (!may("control")) {
    notify("This page may not control the show.", "bad");
    return;
  }
  if (!running()) {
    notify("GO was not sent: the engine does not answer.", "bad");
    return;
  }
  const seconds = performance.now();
  if (element("go").disabled || seconds < guardedUntil) return;
  const field = element("go-fade");
  const fade = Number(field.value.replace(",", "."));
  const sent = field.value.trim() && fade >= 0 && fade <= 3600 ? say("/go", 1, fade) : say("/go");
  if (!sent) return;
  const guard = (listed().doubleGo || 0) * 1000;
  guardedUntil = seconds + guard;
  const button = element("go");
  button.style.setProperty("--guard", `${Math.max(guard, SHOWN_MS)}ms`);
  button.classList.remove("gone");
  void button.offsetWidth; // or the animation would not begin anew
  button.classList.add("gone");
  setTimeout(() => button.classList.remove("gone"), Math.max(guard, SHOWN_MS));
  field.value = "";
  setTimeout(() => { if (!heardWithin(UNHEARD_MS)) notify("GO was sent, but the engine has not answered yet.", "bad"); }, UNHEARD_MS);
}

/** Whether the engine has said something of itself since so many milliseconds; what is told of it comes without it too. */
const heardWithin = (span) => (desk.status.engine?.age_s ?? Infinity) * 1000 + performance.now() - desk.heardAt < span;

export const panic = () => say("/panic");
export const panicked = () => cueStatus().triggers_held === true;

/** Holds all that runs, or lets it go on. */
export function pause() {
  say(isPaused() ? "/resume" : "/pause");
}

const isPaused = () => asList(cueStatus().running).some((one) => asObject(one).paused);

export function step(by) {
  say(by > 0 ? "/playhead/next" : "/playhead/previous");
}

export function showTransport() {
  const cue = cueStatus();
  const [number, name, id] = [text(cue.standing_by), text(cue.standing_by_name), text(cue.standing_by_id)];
  const stands = Boolean(number || name || id);
  title("cue-standing", number, name, "End of the list");
  element("cue-jump").hidden = !(stands && cue.jump === true);
  const entry = cueOf(id);
  write(element("standing-notes"), text(entry?.notes) || (stands ? (entry?.does ?? []).join(" · ") : "The playhead is past the last cue. ▲ goes back."));
  const after = stands ? cueAfter(id) : null;
  write(element("cue-then"), after ? `then ${[after.number, after.name || after.id].filter(Boolean).join("  ")}` : stands ? "then the end of the list" : "");
  if (panicked()) title("cue-now", "", `${text(desk.status.scene) || "nothing"}, after panic`, "", "Now ");
  else title("cue-now", text(cue.current), text(cue.name), "No cue has run", "Now ");
  showReady(stands);
  const paused = isPaused();
  write(element("pause").firstElementChild, paused ? "Resume" : "Pause");
  mark(element("pause"), "aria-pressed", String(paused));
  element("pause").classList.toggle("lit", paused);
  document.body.classList.toggle("panicked", panicked());
}

function showReady(stands) {
  const why = !desk.rights ? "" : !desk.linked ? "no connection" : !running() ? "no engine" : !may("control") ? "view only" : !stands ? "end" : panicked() ? "after panic" : "";
  write(element("go-why"), why);
  element("go").disabled = !running() || !may("control") || !stands;
}

function title(id, number, name, empty, before = "") {
  const target = element(id);
  if (!target.firstElementChild) target.append(document.createElement("b"), document.createElement("span"));
  write(target.firstElementChild, before + number);
  write(target.lastElementChild, number || name ? name : empty);
  target.classList.toggle("quiet", !number && !name);
}

/** Between two statuses: what is left goes down by itself. */
export function tick() {
  showDay();
  const cue = cueStatus();
  const waiting = asList(cue.waiting).map(asObject)[0];
  const runs = asList(cue.running).map(asObject);
  const last = runs[runs.length - 1];
  const moved = running() && !isPaused() ? since() : 0;
  let [word, left, note] = ["Time left", "–", text(cue.standing_by_id) ? "goes on with GO" : ""];
  const until = UNTIL[waiting?.until ?? cue.until];
  if (waiting) {
    word = "Goes on in";
    left = isNumber(waiting.remaining) ? countdown(Math.max(waiting.remaining - moved, 0)) : "–";
    note = until ? `or ${until}` : `by itself, to ${text(waiting.next)}`;
  } else if (last && isNumber(last.remaining)) {
    word = last.phase === "pre-wait" ? "Begins in" : "Over in";
    left = countdown(Math.max(last.remaining - moved, 0));
  } else if (until) note = `${until}, or with GO`;
  if (panicked()) note = "Panicked: triggers wait for GO";
  write(element("left-word"), word);
  write(element("left"), left);
  write(element("cue-next"), note);
  moveRuns(moved);
}

cover(element("panic"), ["Panic", "Panic now?"], () => {
  const again = panicked();
  panic();
  notify(again ? "Panic, at once." : "Panic: fades to rest. Once more while it fades, and it stops at once.");
  return again ? null : ["At once!", PANIC_S];
});
cover(element("reset"), ["Reset", "Reset now?"], () => { say("/reset"); });
element("more").addEventListener("click", () => {
  const open = element("transport").classList.toggle("opened");
  mark(element("more"), "aria-expanded", String(open));
});
// A phone has all of this at its foot, and what is told stands over it.
new ResizeObserver(() => document.body.style.setProperty("--foot", `${element("transport").offsetHeight}px`)).observe(element("transport"));
element("go").addEventListener("click", go);
element("pause").addEventListener("click", pause);
element("stop").addEventListener("click", () => say("/stop"));
element("back").addEventListener("click", () => step(-1));
element("forth").addEventListener("click", () => step(1));
element("go-fade").addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.target.blur();
});
onRights(showTransport);
