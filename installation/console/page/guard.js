// A cover over a button that must not be pressed by mistake: the first press lifts it for a few seconds, the second does it.
// Works the same by finger, mouse and keyboard.

import { write } from "./dom.js";

export const BOUNCE_MS = 250; // a finger that trembles presses twice
const LIFTED_S = 4;

/** Puts a cover over a button. `words` are its label covered and lifted; `act` is what the second press does. Where that gives
 *  [words, seconds], the cover stays lifted for so long: one more press does it again. */
export function cover(button, [covered, lifted], act) {
  const label = button.querySelector("b") ?? button;
  let since = 0;
  let timer = 0;

  function down() {
    clearTimeout(timer);
    since = 0;
    button.classList.remove("lifted");
    write(label, covered);
  }

  function lift(words, seconds) {
    clearTimeout(timer);
    since = performance.now();
    button.classList.remove("lifted");
    void button.offsetWidth; // or the bar would not begin anew
    button.classList.add("lifted");
    button.style.setProperty("--guard", `${seconds}s`);
    write(label, words);
    timer = setTimeout(down, seconds * 1000);
  }

  button.addEventListener("click", () => {
    if (!since) {
      lift(lifted, LIFTED_S);
    } else if (performance.now() - since > BOUNCE_MS) {
      down();
      const again = act();
      if (again) lift(...again);
    }
  });
  down();
}
