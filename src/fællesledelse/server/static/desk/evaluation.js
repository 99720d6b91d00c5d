/** Evaluations across the groups: planned, counted and closed by the facilitator; what came of them, for her and the leaders. */
import { node } from "../dom.js";
import { doing, status } from "./client.js";
import { asked, bars, counted, files, mails, period, planner } from "./waves.js";

const TOO_FEW = "Færre end fem har svaret på det her, så det bliver ikke vist.";
const NOTHING = "Færre end fem svarede. Svarene er slettet, uden at nogen har læst dem.";
const MIXED = "Svarene står i alfabetisk orden under hvert spørgsmål, så ingen kan se, hvad der hører sammen.";
const BEST_FIRST = [5, 4, 3, 2, 1, 0];

const PLAN = {
  id: "evaluering",
  one: "evalueringen",
  heading: "Ny evaluering",
  about: "Den åbner og lukker af sig selv, og lederne finder den i deres menu. Når den er åben, kan du sende dem en mail om den her på siden.",
  offers: "Forslag:",
};

function words(title, texts) {
  const said = texts ? node("ul", { class: "desk-evaluation-words" }, ...texts.map((text) => node("li", {}, text))) : node("p", { class: "site-small" }, TOO_FEW);
  return [node("h3", { class: "desk-evaluation-question" }, title), said];
}

/** What came of an evaluation that is closed, as elements. `told` is what the server says of all of them. */
export function outcome(told, wave) {
  const { title, result } = wave;
  if (!result) return [node("h2", {}, title), node("p", { class: "desk-evaluation-frame" }, period(wave)), node("p", {}, NOTHING)];
  return [
    node("h2", {}, title),
    node("p", { class: "desk-evaluation-frame" }, `${period(wave)} · ${counted(wave)}`),
    bars(`»${told.statement}«`, BEST_FIRST.map((point) => [told.scale[point], result.worth[point]])),
    node("p", { class: "site-small" }, MIXED),
    ...told.questions.flatMap((question) => words(question.title, result.texts[question.name])),
  ];
}

export async function evaluation(place, desk) {
  const told = status();
  const list = node("div", { class: "desk-evaluation-list" });
  const post = mails(desk, told, "evaluation", "Evaluering", "den");
  const form = planner(PLAN, (pressed, body) => act(pressed, () => desk.post("evaluation", body), `»${body.title.trim()}« er lagt ind.`));

  function act(pressed, work, said) {
    return doing(pressed, told, async () => {
      show(await work());
      told.say(said);
    });
  }

  function close(pressed, { id, title }) {
    return act(pressed, () => desk.post(`evaluation/${id}/close`), `»${title}« er lukket.`);
  }

  function drop(pressed, { id, title }) {
    return act(pressed, () => desk.send("DELETE", `evaluation/${id}`), `»${title}« er slettet.`);
  }

  function inside(data, wave) {
    if (wave.state === "closed") return [...outcome(data, wave), ...files(desk, "evaluation", wave)];
    const head = [node("h2", {}, wave.title), node("p", { class: "desk-evaluation-frame" }, period(wave))];
    if (wave.state === "planned") {
      return [...head, node("p", {}, "Planlagt. Du kan slette den, indtil den åbner."), asked("Slet planen", "Vil du slette den? Ingen har svaret endnu.", "Ja, slet den", (sure) => drop(sure, wave))];
    }
    const question = "Er den lukket, kan den ikke åbnes igen. Har færre end fem svaret, bliver svarene slettet ulæst.";
    return [...head, node("p", { class: "desk-evaluation-count" }, counted(wave)), post(wave), asked("Luk den nu", question, "Ja, luk den", (sure) => close(sure, wave))];
  }

  function show(data) {
    form.show(data);
    list.replaceChildren(...data.waves.map((wave) => node("section", { class: "site-card" }, ...inside(data, wave))));
  }

  place.replaceChildren(form.element, told.element, list);
  show(await desk.get("evaluation"));
}
