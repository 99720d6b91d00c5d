/** "Fortsæt her": where the leader left off. */
import { bring, main, node, reveal, title } from "./dom.js";

const SITTING = "ca. 10 min";

function element(key) {
  return document.querySelector(`[data-field="${CSS.escape(key)}"]`);
}

/** The `h2` that the element stands under. */
function section(found) {
  const before = (heading) => heading.compareDocumentPosition(found) & Node.DOCUMENT_POSITION_FOLLOWING;
  return [...main().querySelectorAll("h2")].filter(before).at(-1) ?? null;
}

/** "episodes.2" of "episodes.2.did"; null where a field is no part of a card. */
function cardOf(key) {
  return /^(.+\.\d+)\.[^.]+$/.exec(key)?.[1] ?? null;
}

function skippable(keys, filled) {
  const card = cardOf(keys[0]);
  return card !== null && !card.endsWith(".1") && !keys.some((key) => filled.has(key));
}

/**
 * The key of the first core field that is empty, or null. A later card that is left blank is passed over once
 * something after it has been written: three cards are room for three, not a demand.
 */
export function firstEmpty(keys, filled) {
  const card = (key) => cardOf(key) ?? key;
  for (const [index, key] of keys.entries()) {
    if (filled.has(key)) continue;
    const together = keys.filter((other) => card(other) === card(key));
    const later = keys.slice(index).some((other) => filled.has(other) && card(other) !== card(key));
    if (!(later && skippable(together, filled))) return key;
  }
  return null;
}

/**
 * The day that an answer waits for, or "": what came of an experiment is asked in a later part than the day it is promised
 * for, and before that day there is nothing to tell.
 */
export function waitsFor(answers, key) {
  const [card] = /^period\.[^.]+\.[^.]+\./.exec(key) ?? [];
  const promised = card && answers.fields.find((field) => field.kind === "date" && field.key.startsWith(card));
  const day = promised ? answers.field(promised.key).text : "";
  if (!(day > answers.step.today)) return "";
  const heading = section(element(key));
  return element(promised.key).compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_FOLLOWING ? day : "";
}

function minutes(heading) {
  const found = /\((?:ca\. )?(\d+) min[^)]*\)\s*$/.exec(title(heading));
  return found ? `ca. ${found[1]} min` : SITTING;
}

function name(heading) {
  return title(heading).replace(/\s*\((?:ca\. )?\d+ min[^)]*\)\s*$/, "");
}

function go(heading) {
  reveal(heading);
  heading.setAttribute("tabindex", "-1");
  heading.focus({ preventScroll: true });
  bring(heading);
}

/** Marks the place and offers the way to it. `begun` is whether anything has been written on this page. */
export class Resume {
  #answers;
  #bar = node("nav", { class: "fl-resume", "aria-label": "Fortsæt her", hidden: true });
  #heading = null;
  begun = false;

  constructor(answers) {
    this.#answers = answers;
  }

  /** Find the place; true once the field it is about stands on the page. */
  find() {
    const core = this.#answers.fields.filter((field) => field.core).map((field) => field.key);
    const filled = new Set(core.filter((key) => this.#answers.field(key).text.trim()));
    this.begun = this.#answers.fields.some((field) => this.#answers.field(field.key).text.trim());
    const key = firstEmpty(core.filter((each) => !waitsFor(this.#answers, each)), filled);
    if (key === null) return this.#finish();
    const found = element(key);
    if (!found) return false;
    this.#mark(section(found), filled.size > 0);
    return true;
  }

  /** Open the page at the place, unless the address asks for another. */
  open() {
    if (this.#heading && this.begun && !location.hash) go(this.#heading);
  }

  /** All is written: what is left is to say so. */
  #finish() {
    if (!this.#answers.step.done) reveal(document.querySelector("[data-finish]"));
    return true;
  }

  #mark(heading, begun) {
    if (!heading) return;
    this.#heading = heading;
    reveal(heading);
    const words = begun ? "Fortsæt her" : "Begynd her";
    const badge = node("span", { class: "fl-badge", id: "fortsaet-her" }, words);
    (heading.closest("summary") ?? heading).after(node("p", { class: "fl-badge-line" }, badge));
    const text = `${begun ? "Du er nået hertil" : "Her begynder du"}: ${name(heading)} · ${minutes(heading)}`;
    const link = node("a", { class: "button button-primary", href: "#fortsaet-her", click: (event) => this.#follow(event) }, words);
    this.#bar.append(node("p", {}, text), link);
    this.#bar.hidden = false;
    main().prepend(this.#bar);
  }

  #follow(event) {
    event.preventDefault();
    go(this.#heading);
  }
}
