// What this page may do, and the passcode that lets it do more. The code is kept for this session of this tab only; who may do what
// is decided by the engine.

import { desk, may, notify, onRights, say } from "./desk.js";
import { element, write } from "./dom.js";

const KEPT = "console-code";
let tried = ""; // the code that waits for an answer
let asked = false;

const kept = () => {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
};

function keep(code) {
  try {
    if (code) sessionStorage.setItem(KEPT, code);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // a browser that keeps nothing: it is asked for again
  }
}

/** After a new connection: says the code that was entered before. */
export function enterAgain() {
  tried = kept();
  if (tried) setTimeout(() => say("/connect", tried), 0);
}

/** The engine's answer to a code: "ok", or why not and what to do. */
export function hearConnect(told, hint = "") {
  const box = element("enter");
  if (told === "ok") {
    keep(tried);
    if (box.open) box.close();
    return;
  }
  const wait = told === "badpass" && /wait (?:(\d+) s|a minute)/.exec(hint); // somebody at this machine gave a wrong one: ours was not looked at
  if (wait && tried === kept()) setTimeout(enterAgain, 1000 * (Number(wait[1] ?? 60) + 1));
  else if (told === "badpass" && !wait) keep("");
  const why = wait ? "That code was not looked at." : told === "badpass" ? "That code is wrong." : told;
  const words = [why, hint].filter(Boolean).join(" ");
  write(element("enter-wrong"), words);
  if (!box.open) notify(`Passcode: ${words}`, "bad");
}

export function askForCode() {
  const box = element("enter");
  write(element("enter-told"), may("view") ? "A code may give this page the right to control and to edit." : "This page needs a code.");
  write(element("enter-wrong"), "");
  if (!box.open) box.showModal();
  element("code").value = "";
  element("code").focus();
}

onRights(() => {
  const words = may("edit") ? "May edit" : may("control") ? "May control" : may("view") ? "View only" : "Enter passcode";
  write(element("role"), words);
  for (const one of document.querySelectorAll("[data-right]")) {
    const wanting = !may(one.dataset.right);
    if ("disabled" in one) one.disabled = wanting;
  }
  if (!may("view") && !asked && !kept() && desk.rights) {
    asked = true;
    askForCode();
  }
});

element("role").addEventListener("click", askForCode);
element("enter").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  tried = element("code").value.trim();
  write(element("enter-wrong"), "");
  if (tried) say("/connect", tried);
});
for (const button of document.querySelectorAll("dialog .close")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
