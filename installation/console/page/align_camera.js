// Projectors laid by a camera, and looked after by it: asked for here, told by the status. The stripes take the wall for a minute.

import { desk, say } from "./desk.js";
import { element, make, mark, write } from "./dom.js";
import { cover } from "./guard.js";
import { asList, asObject, duration, share, text } from "./words.js";

const WHAT = { projectors: "Stripes on", check: "Looks at" };
const ASKED = ["/calibrate/projectors", "/calibrate/check", "/calibrate/stop"];

export const isOfCamera = (address) => ASKED.includes(address);

export function showByCamera() {
  const calibration = asObject(desk.status.calibration);
  const wall = asObject(calibration.wall);
  const there = asList(calibration.cameras).length > 0 && Object.keys(wall).length > 0;
  element("align-camera").hidden = !there;
  if (!there) return;
  const busy = text(wall.state) !== "";
  element("align-find").hidden = element("align-check").hidden = busy;
  element("align-stop").hidden = !busy;
  const bar = element("align-done");
  bar.hidden = !busy;
  bar.firstElementChild.style.width = `${100 * share(wall.done / wall.of)}%`;
  const now = busy && text(wall.output) ? `${WHAT[wall.state] ?? ""} ${text(wall.output)}: ${text(wall.done)} of ${text(wall.of)}, ${duration(wall.left_s)} left.` : "";
  write(element("align-camera-told"), now || text(wall.message));
  write(element("align-camera-wrong"), text(wall.problem));
  const report = asList(wall.report).map(text);
  const list = element("align-report");
  if (list.dataset.told !== report.join("\n")) {
    list.dataset.told = report.join("\n");
    list.replaceChildren(...report.map((line) => make("li", { text: line })));
  }
  mark(element("align-check"), "title", asList(wall.known).length ? null : "Calibrate first");
}

/** Whether there is anything to check by. */
export const canCheck = () => asList(asObject(asObject(desk.status.calibration).wall).known).length > 0;

cover(element("align-find"), ["Find all projectors", "Stripes on the wall?"], () => { say("/calibrate/projectors"); });
cover(element("align-check"), ["Check for drift", "Stripes on the wall?"], () => { say("/calibrate/check"); });
element("align-stop").addEventListener("click", () => say("/calibrate/stop"));
