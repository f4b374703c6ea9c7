// One cue, opened in the list: its notes, what it does, and everything that can be done to it alone.

import { cueStatus, desk, may, notify, say } from "./desk.js";
import { make } from "./dom.js";
import { BOUNCE_MS } from "./guard.js";
import { asList, asObject, seconds, text } from "./words.js";

const CONTINUES = { "auto-continue": "goes on by itself", "auto-follow": "goes on by itself when it is over" };

/** A row that stands under the cue's own. `close` is called with the id to close it. */
export function openDetail(cue, close) {
  const broken = asList(cueStatus().broken).map(asObject).find((one) => one.id === cue.id);
  const facts = [
    cue.does?.length ? cue.does.join(" · ") : cue.group ? `group: ${cue.group}` : "does nothing: a wait",
    cue.fade !== undefined && !cue.group ? `fade ${seconds(cue.fade)}` : "",
    cue.pre_wait ? `pre-wait ${seconds(cue.pre_wait)}` : "",
    cue.continue ? `${CONTINUES[cue.continue]}${cue.continue === "auto-continue" ? ` after ${seconds(cue.post_wait ?? 0)}` : ""}` : "waits for GO after it",
    cue.goto ? `then to ${cue.goto}` : "",
    cue.colour ? `colour ${cue.colour}` : "",
    cue.trigger ? triggered(cue.trigger) : "",
    `id ${cue.id}`,
  ];
  return make("tr", { class: "detail" }, make("td", { colspan: String(columns()) },
    cue.notes ? make("p", { class: "notes", text: text(cue.notes) }) : null,
    broken ? make("p", { class: "bad", text: `Broken: ${text(broken.why)}` }) : null,
    make("p", { class: "facts", text: facts.filter(Boolean).join("  ·  ") }),
    buttons(cue, close)));
}

/** How many columns are seen: on a phone some are not. */
const columns = () => [...document.querySelectorAll("#cues th")].filter((one) => one.offsetParent).length || 8;

const triggered = (trigger) => `starts by itself: ${Object.entries(trigger).map(([name, value]) => `${name} ${value}`).join(", ")}`;

function buttons(cue, close) {
  const row = make("div", { class: "row" });
  const button = (label, title, act, right = "control") => row.append(make("button",
    { text: label, title, "data-right": right, disabled: !may(right), onclick: act }));
  const verb = (name, ...values) => () => say(`/cue_id/${cue.id}/${name}`, ...values);
  if (cue.stands) {
    button("Stand by", "Moves the playhead here; the next GO is a jump (double click)", () => say(`/playhead/${cue.id}`));
    button("GO to it", "A jump: as if all before it had been played", jump(cue));
  }
  button("Start", "Beside what runs; the playhead stays", verb("start"));
  button("Preview", "On the wall, without its pre-wait and what would follow", verb("preview"));
  button("Load", "Ready to begin", verb("load"));
  const at = make("input", { class: "short", inputmode: "decimal", "aria-label": "Seconds into the cue", placeholder: "s", "data-right": "control", disabled: !may("control") });
  row.append(make("span", { class: "pair" }, make("button", { text: "Load at", title: "So many seconds in; below 0: from its end", "data-right": "control", disabled: !may("control"),
    onclick: () => loadAt(cue, at) }), at));
  button("Solo", "Stops everything else", verb("solo"));
  button("Pause", "Holds it, or lets it go on", verb("togglePause"));
  button("Stop", "Ends it and what would have followed", verb("stop"));
  button(cue.disarmed ? "Arm" : "Disarm", "Until the next reset; the file stays as it is", verb("armed", cue.disarmed ? 1 : 0), "edit");
  row.append(make("button", { class: "plain", text: "Close", onclick: () => close(cue.id) }));
  return row;
}

/** A jump leaves what plays: it is asked for twice, and a double click is one asking. */
function jump(cue) {
  let asked = -Infinity;
  return (event) => {
    const button = event.currentTarget;
    const since = performance.now() - asked;
    if (since < BOUNCE_MS) return;
    if (since < 4000) {
      asked = -Infinity;
      button.textContent = "GO to it";
      say(`/go/${cue.id}`);
      return;
    }
    asked = performance.now();
    button.textContent = "Really?";
    setTimeout(() => { button.textContent = "GO to it"; }, 4000);
  };
}

function loadAt(cue, field) {
  const value = Number(field.value.replace(",", "."));
  if (!field.value.trim() || !Number.isFinite(value)) notify("Load at: how many seconds in?", "bad");
  else if (desk.rights) say(`/cue_id/${cue.id}/loadAt`, value);
}
