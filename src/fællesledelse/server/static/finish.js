/** The button that marks a step as done: any `[data-finish]`, also one that a widget draws later. */
import { Unreachable } from "./http.js";

const FAILED = "Det blev ikke gemt. Prøv igen, når forbindelsen er tilbage.";

function say(control, words) {
  const state = control.parentElement.querySelector("[role=status]");
  if (state && state.textContent !== words) state.textContent = words;
}

function show(control, done) {
  const pressed = String(done);
  if (control.getAttribute("aria-pressed") !== pressed) control.setAttribute("aria-pressed", pressed);
  say(control, done ? control.dataset.said : "");
}

/** The buttons as they stand now: what is computed anew may have put another in the place of the one that was pressed. */
function buttons() {
  return document.querySelectorAll("[data-finish]");
}

async function toggle(answers) {
  try {
    await answers.finish(!answers.step.done);
    for (const control of buttons()) show(control, answers.step.done);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    for (const control of buttons()) say(control, FAILED);
  }
}

/** Answer every click on such a button, and let it show what the server holds, also where it was drawn before that. */
export function serveFinish(answers) {
  document.addEventListener("faellesledelse:computed", () => {
    for (const control of buttons()) if (answers.step) show(control, answers.step.done);
  });
  document.addEventListener("click", (event) => {
    const control = event.target.closest?.("[data-finish]");
    if (control && answers.step) toggle(answers);
  });
}
