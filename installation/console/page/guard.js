// A cover over a button that must not be pressed by mistake: the first press lifts it for a few seconds, the second does it.
// Works the same by finger, mouse and keyboard.

import { write } from "./dom.js";

const BOUNCE_MS = 250; // a finger that trembles presses twice

/** Puts a cover over a button. `words` are its label covered and lifted; `act` is what the second press does. */
export function cover(button, [covered, lifted], act, seconds = 4) {
  const label = button.querySelector("b") ?? button;
  let since = 0;
  let timer = 0;

  function down() {
    clearTimeout(timer);
    since = 0;
    button.classList.remove("lifted");
    write(label, covered);
  }

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    if (!since) {
      since = performance.now();
      button.classList.add("lifted");
      button.style.setProperty("--guard", `${seconds}s`);
      write(label, lifted);
      timer = setTimeout(down, seconds * 1000);
    } else if (performance.now() - since > BOUNCE_MS) {
      down();
      act();
    }
  });
  down();
  return down;
}
