/** The control that marks a step as done, in every `[data-finish]` on the page. */
import { button, node } from "./dom.js";
import { Unreachable } from "./http.js";

const ASK = "Når du synes, du er færdig, så markér det her. Du kan altid rette videre bagefter.";
const DONE = "Du har markeret siden som færdig. Du kan stadig rette i alt, hvad du har skrevet.";
const FAILED = "Det blev ikke gemt. Prøv igen, når forbindelsen er tilbage.";

async function toggle(answers, place) {
  try {
    await answers.finish(!answers.step.done);
    draw(answers, place);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    place.querySelector("[role=status]").textContent = FAILED;
  }
}

function draw(answers, place) {
  if (!place.firstChild) {
    const press = button("", () => toggle(answers, place), "primary");
    place.classList.add("fl-finish");
    place.append(node("p", { role: "status" }), press);
  }
  const { done } = answers.step;
  place.querySelector("[role=status]").textContent = done ? DONE : ASK;
  place.querySelector("button").textContent = done ? "Jeg er ikke færdig alligevel" : "Markér siden som færdig";
}

/** Draw the control wherever it is asked for and not drawn yet. */
export function drawFinish(answers) {
  if (!answers.step || answers.step.editable === false) return;
  for (const place of document.querySelectorAll("[data-finish]")) if (!place.firstChild) draw(answers, place);
}
