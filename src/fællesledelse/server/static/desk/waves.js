/** What evaluations and the survey share: waves are planned, counted and closed, and what came of them is shown as bars. */
import { button, node } from "../dom.js";
import { mailing } from "./mailing.js";
import { day } from "./words.js";

const DAYS = 13; // from the first day to the last, as the server proposes

export const period = ({ opens, closes }) => (opens === closes ? day(opens) : `${day(opens)} til ${day(closes)}`);

export function counted({ answered, asked }) {
  return answered === null ? `Under fem af ${asked} har svaret` : `${answered} af ${asked} har svaret`;
}

export function later(iso, days) {
  return new Date(Date.parse(iso) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A row for each answer: what it is, a bar, and how many, perhaps in other words. `own` is the words of the reader's own answer, if that is known. */
export function bars(caption, answers, own = null) {
  const most = Math.max(...answers.map(([, count]) => count));
  const row = ([said, count, told = String(count)]) => {
    const bar = node("span", { class: "desk-evaluation-bar" });
    bar.style.width = `${(100 * count) / (most || 1)}%`;
    const mine = said === own ? node("strong", { class: "desk-evaluation-own" }, "Dit svar") : null;
    return node("tr", {}, node("th", { scope: "row" }, said, mine && " ", mine), node("td", { "aria-hidden": "true" }, bar), node("td", {}, told));
  };
  return node("table", { class: "desk-evaluation-figure" }, node("caption", {}, caption), node("tbody", {}, ...answers.map(row)));
}

/** What the mails about an open one are called (see `mailing`). `it` is how a leader's mail is about it: "den", "det". */
function mailOf(name, column, it) {
  const can = ({ people }) => (people.length === 1 ? "1 leder er" : `${people.length} ledere er`);
  return {
    name,
    one: "mail",
    many: "mails",
    column,
    today: "mailen",
    before: ["Alle får den samme mail, også de, der har svaret. Ingen kan se, hvem det er."],
    again: [],
    head: (told) => `${can(told)} kommet ind og kan få en mail om ${it}.`,
    nobody: () => "Ingen ledere er kommet ind i arbejdsbogen endnu.",
  };
}

/** Makes the mails about a wave, once for each: they go on by themselves. */
export function mails(desk, told, ...words) {
  const made = new Map();
  return ({ id }) => {
    if (!made.has(id)) {
      made.set(id, node("div", { class: "desk-evaluation-mails" }));
      mailing(made.get(id), desk, mailOf(...words)).catch((error) => told.fail(error.message));
    }
    return made.get(id);
  };
}

/** Buttons that fetch the report of a wave, where it has shown anything. `path`: where waves of its kind are asked for. */
export function files(desk, path, { id, result }) {
  const file = (kind, words, look) => button(words, () => desk.download(`${path}/${id}/report.${kind}`), look);
  return result ? [node("div", { class: "desk-buttons" }, file("pdf", "Hent som PDF", "primary"), file("docx", "Hent som Word"))] : [];
}

/** A button that asks once more before it does what can't be undone. `act(pressed)` resolves to whether it went well. */
export function asked(text, question, yes, act) {
  const place = node("div", { class: "desk-asked" });
  const rest = () => {
    place.replaceChildren(first);
    first.focus();
  };
  const sure = button(yes, () => act(sure), "primary");
  const back = button("Nej, vent", rest);
  const first = button(text, () => {
    place.replaceChildren(node("p", {}, question), sure, back);
    sure.focus();
  });
  place.append(first);
  return place;
}

function field(id, label, attributes) {
  const input = node("input", { class: "form-input", id, ...attributes });
  return { input, element: node("div", { class: "form-group" }, node("label", { class: "form-label", for: id }, label), input) };
}

/**
 * Where the next one is planned: `show(told)` renews what is proposed; `plan(pressed, body)` resolves to whether it went well.
 * `words`: what it is called.
 */
export function planner(words, plan) {
  const title = field(`${words.id}-titel`, "Titel", { type: "text", maxlength: 80, autocomplete: "off" });
  const opens = field(`${words.id}-fra`, "Åbner", { type: "date", change: () => opened() });
  const closes = field(`${words.id}-til`, "Åben til og med", { type: "date" });
  const proposals = node("div", { class: "desk-evaluation-proposals" });
  const go = button("", () => send(), "primary");
  let today = "";

  function label() {
    go.textContent = opens.input.value > today ? `Planlæg ${words.one}` : `Åbn ${words.one} nu`;
  }

  function opened() {
    if (opens.input.value && closes.input.value < opens.input.value) closes.input.value = later(opens.input.value, DAYS);
    label();
  }

  /** From tomorrow: what opens today can't be taken back. */
  function unplanned() {
    return { title: "", opens: later(today, 1), closes: later(today, 1 + DAYS) };
  }

  function fill(proposal) {
    title.input.value = proposal.title;
    opens.input.value = proposal.opens;
    closes.input.value = proposal.closes;
    label();
  }

  async function send() {
    const body = { title: title.input.value, opens: opens.input.value, closes: closes.input.value };
    if (await plan(go, body)) fill(unplanned());
  }

  function show(told) {
    const first = !today;
    ({ today } = told);
    element.hidden = false;
    if (first) fill(unplanned());
    else label();
    const offers = told.proposals.map((each) => button(`${each.title}: ${day(each.opens)}`, () => (fill(each), go.focus())));
    proposals.replaceChildren(...(offers.length ? [node("p", {}, words.offers), node("div", { class: "desk-buttons" }, ...offers)] : []));
  }

  const element = node(
    "section",
    { class: "site-card", "aria-labelledby": `${words.id}-ny`, hidden: true }, // until the days are there: what is typed stays
    node("h2", { id: `${words.id}-ny` }, words.heading),
    node("p", {}, words.about),
    proposals,
    title.element,
    node("div", { class: "desk-evaluation-days" }, opens.element, closes.element),
    node("div", { class: "desk-buttons" }, go),
  );
  return { element, show };
}
