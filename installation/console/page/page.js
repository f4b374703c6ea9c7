// Wires the page: what comes over the link goes to the view. Nothing is ever sent.

import { connect } from "./link.js";
import { drawPicture, showEngine, showStatus } from "./view.js";

connect({
  status: showStatus,
  picture: drawPicture,
  state: showEngine,
});
