/**
 * Mends the page when its cohort has been built anew: loads it at a quiet moment, and puts the reader back where they were.
 *
 * Nothing is lost by that: what is not sent yet lies in the journal.
 */
import { ask } from "./http.js";
import { pause } from "./connection.js";
import { reveal } from "./dom.js";
import { openSections, reopen } from "./sections.js";

const IDLE = 2_000;
const PLACE = "faellesledelse:place";
const SHORTEST = 30_000;

function delay(wait) {
  return new Promise((resolve) => setTimeout(resolve, wait));
}

function place() {
  const focused = document.activeElement;
  const key = focused?.dataset?.key;
  const boxes = key ? [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)] : [];
  return {
    path: location.pathname,
    top: scrollY,
    open: openSections(),
    offset: key ? focused.getBoundingClientRect().top : null,
    key,
    index: boxes.indexOf(focused),
    caret: key && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null,
  };
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

function forget() {
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    /* storage is blocked, and so nothing was stored */
  }
}

/** Where the reader was when this page was mended, or null if it was not. */
export function mendedPlace() {
  const was = stored();
  forget();
  return was?.path === location.pathname ? was : null;
}

/** Put the reader back; false while the field that had the focus is not there yet. */
export function putBack(was) {
  reopen(was.open);
  if (!was.key) {
    scrollTo({ top: was.top, behavior: "instant" });
    return true;
  }
  const field = document.querySelectorAll(`[data-key="${CSS.escape(was.key)}"]`)[was.index];
  if (!field) return false;
  reveal(field);
  field.focus({ preventScroll: true });
  if (was.caret?.[0] !== undefined && was.caret?.[0] !== null) field.setSelectionRange?.(...was.caret);
  scrollBy({ top: field.getBoundingClientRect().top - was.offset, behavior: "instant" });
  return true;
}

/** Waits for the word that the page is of an earlier build than the server's. */
export class Mending {
  #answers;
  #typed = 0;
  #broken = false;
  #born = Date.now();

  constructor(answers, mended) {
    this.#answers = answers;
    this.#born = mended ? Date.now() : 0; // a page that was just mended isn't mended again at once
    addEventListener("input", () => (this.#typed = performance.now()), true);
    answers.addEventListener("rebuilt", () => this.#mend());
  }

  async #mend() {
    if (this.#broken) return;
    this.#broken = true;
    do {
      while (!this.#quiet) await delay(250);
      await delay(pause(0)); // forty pages shall not all come back in the same second
    } while (!this.#quiet || !(await this.#answersNow()));
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(place()));
    } catch {
      /* the page is mended all the same, from the top */
    }
    location.reload();
  }

  get #quiet() {
    const idle = performance.now() - this.#typed > IDLE && Date.now() - this.#born > SHORTEST;
    const safe = !this.#answers.unsent.some((answer) => answer.fragile) && this.#answers.step !== null;
    return idle && safe && this.#answers.connection.up && !document.querySelector("dialog[open]");
  }

  async #answersNow() {
    try {
      return (await ask("GET", "/sundhed", { wait: 2500 })).status === 200;
    } catch {
      return false;
    }
  }
}
