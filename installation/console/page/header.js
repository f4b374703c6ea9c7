// The top of the page: what plays, whether it is fact or fiction, the time, and how the connection is.

import { desk } from "./desk.js";
import { element, write } from "./dom.js";
import { havePictures } from "./pictures.js";
import { problemsOfLink } from "./problems.js";
import { asObject, clock, duration, text } from "./words.js";

let link = "connecting";

/** What the connection does: connecting, open, lost; without a word: as before. */
export function showLink(state = link) {
  link = state;
  veil();
}

export function showHeader(status) {
  write(element("scene"), text(status.scene) || "No scene");
  write(element("show"), text(status.show));
  write(element("time"), clock(status.seconds));
  const truth = element("truth");
  truth.hidden = typeof status.fiction !== "boolean";
  truth.classList.toggle("fiction", status.fiction === true);
  write(truth, status.fiction === true ? "FICTION" : "Fact");
  element("staged").hidden = status.staged !== true;
  element("notice").hidden = !text(status.notice);
  write(element("notice"), text(status.notice));
  veil();
}

function veil() {
  const engine = asObject(desk.status.engine);
  const state = link === "lost" && engine.state !== "stopped" ? "lost" : link === "connecting" ? "connecting" : engine.state;
  const [pill, head, tail] = {
    connecting: ["Connecting", "Connecting", ""],
    lost: ["Reconnecting", "Connection lost", "Reconnecting by itself. What you see is the last that came."],
    starting: ["Starting", "The engine is starting", ""],
    stopped: ["Engine stopped", "The engine has stopped", "This page comes back by itself when it runs again."],
    silent: ["No answer", `The engine has not answered for ${duration(engine.age_s)}`, "What you see is the last that came."],
    running: ["Live", havePictures() || !desk.rights?.length ? "" : "No picture yet", ""],
  }[state] ?? ["Unknown", "", ""];
  document.body.dataset.engine = state;
  write(element("link"), pill);
  element("veil").hidden = !head;
  write(element("veil").firstElementChild, head);
  write(element("veil").lastElementChild, tail);
  document.title = `${head || element("scene").textContent} · Console`;
  problemsOfLink(["lost", "stopped", "silent"].includes(state) ? [{ message: head, hint: tail }] : []);
}

/** The time of day, as the operator's watch has it. */
export function showDay() {
  write(element("day"), new Date().toLocaleTimeString("en-GB"));
}
