// Which part of the page is in front. On a wide screen the cues and the wall always are, on a narrow one only the chosen part.

import { element } from "./dom.js";

const NARROW = matchMedia("(max-width: 900px)");
const WORDS = "console-tab";

export function chooseTab(name) {
  const chosen = (name === "show" || name === "wall") && !NARROW.matches ? "values" : name;
  document.body.dataset.tab = chosen;
  for (const button of document.querySelectorAll(".tabs [data-go]")) {
    button.setAttribute("aria-current", String(button.dataset.go === chosen));
  }
  if (NARROW.matches) window.scrollTo(0, 0);
  try {
    sessionStorage.setItem(WORDS, chosen);
  } catch {
    // a browser that keeps nothing
  }
}

export function startTabs() {
  for (const button of document.querySelectorAll("[data-go]")) {
    button.addEventListener("click", () => chooseTab(button.dataset.go));
  }
  let kept = null;
  try {
    kept = sessionStorage.getItem(WORDS);
  } catch {
    // a browser that keeps nothing
  }
  const known = [...document.querySelectorAll(".tabs [data-go]")].map((one) => one.dataset.go);
  chooseTab(known.includes(kept) && !(NARROW.matches && !kept) ? kept : NARROW.matches ? "show" : "values");
  NARROW.addEventListener("change", () => chooseTab(NARROW.matches ? "show" : "values"));
  element("picture").addEventListener("click", () => { if (!NARROW.matches) chooseTab("evidence"); });
}
