/** The button that marks a step as done: any `[data-finish]`, also one that a widget draws later. */
import { Unreachable } from "./http.js";

const DONE = "Du har markeret trinet som gennemført. Tryk igen, hvis du vil tage mærket tilbage.";
const FAILED = "Det blev ikke gemt. Prøv igen, når forbindelsen er tilbage.";

function say(control, words) {
  const state = control.parentElement.querySelector("[role=status]");
  if (state && state.textContent !== words) state.textContent = words;
}

function show(control, done) {
  const pressed = String(done);
  if (control.getAttribute("aria-pressed") !== pressed) control.setAttribute("aria-pressed", pressed);
  say(control, done ? DONE : "");
}

async function toggle(answers, control) {
  try {
    show(control, await answers.finish(!answers.step.done));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    say(control, FAILED);
  }
}

/** Answer every click on such a button, and let it show what the server holds. */
export function serveFinish(answers) {
  document.addEventListener("click", (event) => {
    const control = event.target.closest?.("[data-finish]");
    if (control && answers.step) toggle(answers, control);
  });
}
