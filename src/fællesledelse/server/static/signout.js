/** Signing out: never silently away from text that has not been sent. shell.js signs out, and asks here first. */
import { button, node } from "./dom.js";

function wording(unsent) {
  const fields = unsent.length === 1 ? "Et felt er" : `${unsent.length} felter er`;
  if (unsent.some((answer) => answer.fragile)) return `${fields} ikke gemt. Kopiér din tekst, før du logger ud.`;
  return `${fields} ikke sendt endnu. Teksten bliver liggende på denne computer, låst for andre, og sendes, næste gang du logger ind her.`;
}

function show(title, text, closed, actions) {
  const heading = node("h2", { id: "fl-signout-title" }, title);
  const dialog = node("dialog", { class: "fl-dialog", "aria-labelledby": heading.id });
  dialog.addEventListener("close", () => (closed(), dialog.remove()));
  const choices = actions.map(([words, act, kind]) => button(words, () => (act(), dialog.close()), kind));
  dialog.append(heading, node("p", {}, text), node("div", { class: "fl-choices" }, ...choices));
  document.body.append(dialog);
  dialog.showModal();
}

/** Resolves to what the leader chose: true to sign out. */
function choose(title, text, stay, go) {
  return new Promise((resolve) => {
    const actions = [[stay, () => resolve(false), "primary"]];
    if (go) actions.push([go, () => resolve(true), "secondary"]);
    show(title, text, () => resolve(false), actions);
  });
}

const AWAY = "Serveren svarer ikke, så vi kan ikke logge dig ud lige nu. Lås computeren, når du går fra den, og log ud, når forbindelsen er tilbage.";

/** Whether the leader may be signed out now; asks where text would be left behind. */
export async function mayLeave(answers) {
  await answers.flush();
  await answers.connection.check();
  const { unsent } = answers;
  if (!answers.connection.up && answers.connection.state !== "login") {
    return choose("Du er ikke logget ud", unsent.length ? `${wording(unsent)} ${AWAY}` : AWAY, "Bliv her");
  }
  return unsent.length === 0 || choose("Vil du logge ud nu?", wording(unsent), "Bliv her", "Log ud alligevel");
}
