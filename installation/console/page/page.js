// Wires the page: what comes over the link goes to the parts that show it, and what is pressed goes to the engine.

import { hearAlignError, isOfAlignment, showAlignment, showPoints } from "./align.js";
import { showCues, showList } from "./cues.js";
import { desk, notify, onNotice, setRights } from "./desk.js";
import { element, write } from "./dom.js";
import { askOnClick, hearEvidence } from "./evidence.js";
import { addFrames } from "./frames.js";
import { showHeader, showLink } from "./header.js";
import { showHealth } from "./health.js";
import { listenToKeys } from "./keys.js";
import { connect } from "./link.js";
import { addLog, clearLog } from "./log.js";
import { showParameters, showScenes, showValues } from "./values.js";
import { drawBlind, drawPicture, drawSilhouettes, onFirstPicture } from "./pictures.js";
import { showProblems } from "./problems.js";
import { showBlind, showReveal } from "./reveal.js";
import { enterAgain, hearConnect } from "./role.js";
import { startTabs } from "./tabs.js";
import { showTransport, tick } from "./transport.js";

function status(told) {
  desk.status = told;
  desk.heardAt = performance.now();
  showHeader(told);
  showTransport();
  showCues();
  showReveal(told);
  showHealth(told);
  showProblems();
  showScenes();
  showAlignment();
}

function other(message) {
  if (message.rights) setRights(message.rights);
  else if (message.cues) showList(message.cues);
  else if (message.log) addLog(message.log);
  else if (message.frames) addFrames(message.frames);
  else if (message.parameters) showParameters(message.parameters);
  else if (message.points) showPoints(message.points);
  else if (message.values) showValues(message.values);
  else if (message.blind) showBlind(message.blind);
  else if (message.reply) hear(message.reply);
}

function hear([address, ...args]) {
  if (address === "/connect") hearConnect(...args);
  else if (address === "/error" && isOfAlignment(args[0])) hearAlignError(args[1], args[2]);
  else if (address === "/error") notify([`${args[0]}: ${args[1]}`, args[2]].filter(Boolean).join(" – "), "bad");
  else if (address.startsWith("/reply/evidence")) hearEvidence(args[0]);
}

function state(how) {
  desk.linked = how === "open";
  if (desk.linked) {
    clearLog();
    enterAgain();
  }
  showLink(how);
  showTransport();
}

let fading = 0;
onNotice((words, tone) => {
  const toast = element("toast");
  write(toast, words);
  toast.className = `toast ${tone}`;
  toast.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { toast.hidden = true; }, 3000 + 40 * words.length);
});

startTabs();
onFirstPicture(() => showLink());
desk.say = connect({ status, other, state, picture: drawPicture, silhouettes: drawSilhouettes, blind: drawBlind });
askOnClick(element("picture"));
listenToKeys();

/** What moves between two statuses: progress, time left, the time of day. */
function move() {
  tick();
  requestAnimationFrame(() => setTimeout(move, 60)); // not while the page can't be seen
}
move();
