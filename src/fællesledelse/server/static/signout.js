/** Signing out: never silently away from text that has not been sent. */
import { button, node } from "./dom.js";
import { ask, Unreachable } from "./http.js";

function wording(unsent) {
  const fields = unsent.length === 1 ? "Et felt er" : `${unsent.length} felter er`;
  if (unsent.some((answer) => answer.fragile)) return `${fields} ikke gemt. Kopiér din tekst, før du logger ud.`;
  return `${fields} ikke sendt endnu. Teksten bliver liggende på denne computer, låst for andre, og sendes, næste gang du logger ind her.`;
}

async function leave() {
  try {
    const { status } = await ask("POST", "/api/log-out", { body: {} });
    if (status === 204 || status === 200 || status === 401) return location.assign("/");
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
  }
  explain();
}

function show(title, text, ...actions) {
  const heading = node("h2", { id: "fl-signout-title" }, title);
  const dialog = node("dialog", { class: "fl-dialog", "aria-labelledby": heading.id });
  dialog.addEventListener("close", () => dialog.remove());
  const choices = actions.map(([words, act, kind]) => button(words, () => act(dialog), kind));
  dialog.append(heading, node("p", {}, text), node("div", { class: "fl-choices" }, ...choices));
  document.body.append(dialog);
  dialog.showModal();
}

function explain() {
  show("Du er ikke logget ud endnu", "Serveren svarer ikke. Luk browseren, hvis andre bruger denne computer, eller prøv igen om lidt.", [
    "Luk",
    (dialog) => dialog.close(),
    "primary",
  ]);
}

/** Serves every `[data-log-out]`, also those that come later. */
export class SignOut {
  leaving = false;
  #answers;

  constructor(answers) {
    this.#answers = answers;
    for (const name of ["click", "submit"]) document.addEventListener(name, (event) => this.#asked(event));
  }

  #asked(event) {
    const control = event.target.closest?.("[data-log-out]");
    if (!control || (event.type === "click" && control.tagName === "FORM")) return;
    event.preventDefault();
    this.#decide();
  }

  async #decide() {
    await this.#answers.flush();
    const { unsent } = this.#answers;
    if (!unsent.length) return this.#leave();
    show(
      "Vil du logge ud nu?",
      wording(unsent),
      ["Bliv her", (dialog) => dialog.close(), "primary"],
      ["Log ud alligevel", (dialog) => (dialog.close(), this.#leave()), "secondary"],
    );
  }

  #leave() {
    this.leaving = true;
    return leave();
  }
}
