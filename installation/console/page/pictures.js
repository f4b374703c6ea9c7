// Draws what comes as pictures: the canvas, who is before the wall, and what the next GO would show.

import { element } from "./dom.js";

/** Draws pictures onto a canvas, each unless a newer one has come by the time it is decoded; then calls drawn(). */
function painter(id, drawn = () => {}) {
  let drawing = false;
  let waiting = null;
  return async (blob) => {
    waiting = blob;
    if (drawing) return;
    drawing = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        const picture = await createImageBitmap(next);
        const canvas = element(id);
        if (canvas.width !== picture.width || canvas.height !== picture.height) {
          [canvas.width, canvas.height] = [picture.width, picture.height];
        }
        const pen = canvas.getContext("2d");
        pen.clearRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(picture, 0, 0);
        picture.close();
        drawn();
      }
    } catch {
      // a damaged picture: the next one comes in a moment
    } finally {
      drawing = false;
    }
  };
}

let first = () => {};
let pictures = 0;
export const havePictures = () => pictures > 0;
export const onFirstPicture = (call) => { first = call; };

/** The canvas, as a JPEG. */
export const drawPicture = painter("picture", () => {
  pictures += 1;
  if (pictures === 1) first();
});

/** Who is before the wall: white on nothing, as a PNG. */
export const drawSilhouettes = painter("silhouettes");

/** What GO would show, as a JPEG. */
export const drawBlind = painter("blind");
