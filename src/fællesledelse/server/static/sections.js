/**
 * The parts of a period's page, each folded to its heading and a line that says how it stands: the page is months of work,
 * and only what is now stands open. What is folded is on the page all the same, so nothing typed is lost by it.
 */
import { bring, node, reveal } from "./dom.js";
import { waitsFor } from "./resume.js";

const FOLDED = "period";
const DAY = new Intl.DateTimeFormat("da-DK", { day: "numeric", month: "long" });

/** A heading of level two and everything down to the next. */
class Section {
  #state = node("span", { class: "fl-section-state" });

  constructor(heading, cell) {
    this.element = node("details", { class: "fl-section" }, node("summary", {}, heading, this.#state));
    cell.before(this.element);
  }

  update(answers) {
    const keys = new Set([...this.element.querySelectorAll("[data-field]")].map((field) => field.dataset.field));
    const [kind, words] = standing(answers, answers.fields.filter(({ key }) => keys.has(key)));
    if (this.#state.textContent !== words) this.#state.textContent = words;
    this.#state.dataset.state = kind;
  }
}

/** [kind, words] of how the `fields` of a part stand; nothing of what is only for those who feel like it. */
function standing(answers, fields) {
  const told = fields.map(({ key }) => answers.field(key));
  if (told.some(({ others }) => others.length)) return ["trouble", "Her er to udgaver af din tekst"];
  if (told.some(({ status }) => status.kind === "unsaved")) return ["trouble", "Noget er ikke gemt endnu"];
  const written = told.filter(({ text }) => text.trim()).length;
  if (written) return written === told.length ? ["done", "Skrevet"] : ["begun", "Begyndt"];
  const first = fields.find(({ core }) => core);
  if (!first) return ["", ""];
  const day = waitsFor(answers, first.key);
  return ["", day ? `Venter til den ${DAY.format(new Date(`${day}T12:00`))}` : "Ikke begyndt"];
}

function folded() {
  const sections = [];
  for (const cell of [...document.getElementById("celler").children]) {
    const heading = cell.querySelector("h2");
    if (heading) sections.push(new Section(heading, cell));
    sections.at(-1)?.element.append(cell);
  }
  return sections;
}

/** Open what the address names, an element or a field, wherever it stands. */
function follow() {
  const name = decodeURIComponent(location.hash.slice(1));
  const target = document.getElementById(name) ?? document.querySelector(`[data-key="${CSS.escape(name)}"]`);
  if (!target) return;
  reveal(target);
  bring(target);
}

/** On paper everything is unfolded. */
function unfoldForPrint(sections) {
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = sections.map(({ element }) => element).filter(({ open }) => !open);
    for (const element of closed) element.open = true;
  });
  addEventListener("afterprint", () => closed.forEach((element) => (element.open = false)));
}

/** Fold the page, if it is one that is folded, before its fields are drawn; returns what is to be called when they are. */
export function foldSections(answers) {
  if (document.body.dataset.kind !== FOLDED) return () => {};
  const sections = folded();
  unfoldForPrint(sections);
  addEventListener("hashchange", follow);
  return () => {
    const update = () => sections.forEach((section) => section.update(answers));
    answers.addEventListener("change", update);
    update();
    follow();
  };
}

/** The ids of the cells that the open parts begin with. */
export function openSections() {
  return [...document.querySelectorAll(".fl-section[open]")].map((part) => part.querySelector(".jp-Cell").id);
}

/** Open the parts that begin with the cells of those ids. */
export function reopen(ids) {
  for (const id of ids) reveal(document.getElementById(id));
}
