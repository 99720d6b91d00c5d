/**
 * Mends the page when its kernel is gone: loads it anew at a quiet moment, and puts the reader back where they were.
 *
 * Nothing is lost by that, since text never goes through the kernel; what is not sent yet lies in the journal.
 */
import { ask, Unreachable } from "./http.js";
import { pause } from "./connection.js";

const WATCH = 15_000;
const IDLE = 2_000;
const PLACE = "faellesledelse:place";
const SHORTEST = 30_000;

function kernelId() {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data").textContent).kernelId ?? null;
  } catch {
    return null;
  }
}

async function kernelGone(id) {
  try {
    return [403, 404].includes((await ask("GET", `/api/kernels/${encodeURIComponent(id)}`)).status);
  } catch (error) {
    if (error instanceof Unreachable) return false;
    throw error;
  }
}

function place() {
  const focused = document.activeElement;
  const key = focused?.dataset?.key;
  const boxes = key ? [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)] : [];
  return {
    path: location.pathname,
    top: scrollY,
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
  if (!was.key) {
    scrollTo({ top: was.top, behavior: "instant" });
    return true;
  }
  const field = document.querySelectorAll(`[data-key="${CSS.escape(was.key)}"]`)[was.index];
  if (!field) return false;
  field.focus({ preventScroll: true });
  if (was.caret?.[0] !== undefined && was.caret?.[0] !== null) field.setSelectionRange?.(...was.caret);
  scrollBy({ top: field.getBoundingClientRect().top - was.offset, behavior: "instant" });
  return true;
}

/** Watches the kernel of this page. */
export class Mending {
  #answers;
  #typed = 0;
  #broken = false;
  #born = Date.now();

  constructor(answers, mended) {
    this.#answers = answers;
    this.#born = mended ? Date.now() : 0; // a page that was just mended isn't mended again at once
    addEventListener("input", () => (this.#typed = performance.now()), true);
    addEventListener("online", () => this.look());
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.look());
    document.addEventListener("kernel-lost", () => this.#mend());
    answers.addEventListener("kernel-silent", () => this.#mend());
    answers.connection.addEventListener("change", () => answers.connection.up && this.look());
    setInterval(() => this.look(), WATCH);
  }

  /** Ask for the kernel now. */
  async look() {
    const id = kernelId(); // Voilà writes it at the end of the page
    if (!id || this.#broken || !this.#answers.connection.up) return;
    if (await kernelGone(id)) await this.#mend();
  }

  async #mend() {
    if (this.#broken) return;
    this.#broken = true;
    while (!this.#quiet) await new Promise((resolve) => setTimeout(resolve, 250));
    // Forty pages whose server was restarted shall not all come back in the same second.
    await new Promise((resolve) => setTimeout(resolve, pause(0)));
    if (!this.#quiet || !(await this.#answersNow())) {
      this.#broken = false;
      return;
    }
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
