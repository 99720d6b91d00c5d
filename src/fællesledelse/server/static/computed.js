/** What the page computes from texts: finished HTML when the page comes, and asked for anew when one of the texts has been saved. */
import { delay, pause } from "./connection.js";
import { Unreachable } from "./http.js";

/** Whether a text under `key` is among what `wanted` names: itself or a part of it. */
function covers(wanted, key) {
  return wanted.some((each) => key === each || key.startsWith(`${each}.`));
}

/** Put `html`, which the server has made and escaped, in the place, unless it stands there already. */
function show(place, html) {
  const inner = place.querySelector(".widget-html-content");
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  if (fresh.innerHTML !== inner.innerHTML) inner.replaceChildren(fresh.content);
}

/** Keeps the computed places in step with what is saved: one question at a time, and one more if something was saved since. */
class Computed {
  #answers;
  #places;
  #stale = false;
  #asking = false;
  #failures = 0;

  constructor(answers, places) {
    this.#answers = answers;
    this.#places = places;
    answers.connection.addEventListener("change", () => this.#stale && this.renew());
  }

  async renew() {
    this.#stale = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#stale && this.#answers.connection.up) await this.#ask();
    this.#asking = false;
  }

  async #ask() {
    this.#stale = false;
    try {
      const html = await this.#answers.computed();
      for (const place of this.#places) if (place.dataset.model in html) show(place, html[place.dataset.model]);
      document.dispatchEvent(new Event("faellesledelse:computed"));
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#stale = true;
      await delay(pause(this.#failures++));
    }
  }
}

/** `computed`: the keys that each model is computed from. */
export function serveComputed(answers, { computed }) {
  const places = [...document.querySelectorAll("[data-kind=computed]")];
  const reads = places.flatMap(({ dataset }) => computed[dataset.model] ?? []);
  const parts = new Computed(answers, places);
  answers.addEventListener("saved", ({ detail: { key } }) => covers(reads, key) && parts.renew());
}
