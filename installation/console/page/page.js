// Wires the page: what comes over the link goes to the view. Nothing is ever told to the engine; a click on the picture asks
// what stands there.

import { askOnClick } from "./evidence.js";
import { connect } from "./link.js";
import { drawPicture, drawSilhouettes, showEngine, showStatus } from "./view.js";

connect({
  status: showStatus,
  picture: drawPicture,
  silhouettes: drawSilhouettes,
  state: showEngine,
});

askOnClick(document.getElementById("picture"));
