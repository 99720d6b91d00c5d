/** What the parts about sharing have in common: their data in step with the server, changes, questions asked before them. */
import { button, node } from "../dom.js";
import { fieldIn } from "../fields.js";
import { ask, Unreachable } from "../http.js";
import { length } from "../states.js";

export const DRAFT = ["draft.task", "draft.why", "draft.values", "draft.offer", "draft.expect", "draft.practising"];
const AWAY = "Der er ingen forbindelse lige nu. Intet er gået tabt. Prøv igen om lidt.";
const PATIENCE = 5000;
let serial = 0;

function pause(wait) {
  return new Promise((resolve) => setTimeout(resolve, wait));
}

export function unique(stem) {
  serial += 1;
  return `share-${stem}-${serial}`;
}

/** "Anna, Bent og Carla". */
export function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} og ${names.at(-1)}`;
}

/** Until when a shared draft is here; empty where nothing has been agreed on. */
export function goneWords({ gone_on: day }) {
  return day ? `Udkastet og feedbacken på det slettes ${day}, som I har aftalt.` : "";
}

/** "Annas", "Jens’". */
export function whose(name) {
  return /[sxz]$/i.test(name) ? `${name}’` : `${name}s`;
}

export function newId() {
  return crypto.randomUUID().replaceAll("-", "");
}

export function small(text) {
  return node("p", { class: "share-small" }, text);
}

/** A long text cut off where it still says what it is. */
export function short(text) {
  const letters = [...text];
  return letters.length > 160 ? `${letters.slice(0, 160).join("").trimEnd()} …` : text;
}

/**
 * The way from something to the promise it belongs to, in the leader's own living foundation; nothing without one.
 *
 * `said` is what stands above already.
 */
export function belongs(promise, said = "") {
  if (!promise) return null;
  const { text, url } = promise;
  if (text === said) return node("p", { class: "share-small share-belongs" }, node("a", { href: url }, "Se sætningen i dit levende ledelsesgrundlag"));
  return node("p", { class: "share-small share-belongs" }, "Hører til ", node("a", { href: url, dir: "auto" }, `»${short(text)}«`), " i dit levende ledelsesgrundlag.");
}

/** What someone has written, with their own line breaks. */
export function words(text, attributes = {}) {
  return node("div", { class: "share-words", dir: "auto", ...attributes }, text);
}

/** Ask before something that can't be undone; resolves to whether the answer is yes. Escape is no. */
export function confirmed({ title, body, yes, no = "Fortryd" }) {
  return new Promise((resolve) => {
    const heading = node("h3", { id: unique("ask") }, title);
    const dialog = node("dialog", { class: "fl-dialog share-dialog", "aria-labelledby": heading.id });
    const choices = node("div", { class: "share-choices" });
    choices.append(
      button(yes, () => dialog.close("yes"), "primary"),
      button(no, () => dialog.close("")),
    );
    dialog.append(heading, ...body, choices);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Bring `parent` in step with `items`: one view for each key, made once by `make(item)` and told by `view.update(item)`. */
export class Rows {
  #views = new Map();

  constructor(parent, make) {
    Object.assign(this, { parent, make });
  }

  show(items, keyOf) {
    const keys = new Set(items.map(keyOf));
    for (const [key, view] of this.#views) if (!keys.has(key)) this.#drop(key, view);
    items.forEach((item, place) => this.#place(keyOf(item), item, place));
  }

  get(key) {
    return this.#views.get(key);
  }

  #drop(key, view) {
    this.#views.delete(key);
    view.close?.();
    view.element.remove();
  }

  #place(key, item, place) {
    if (!this.#views.has(key)) this.#views.set(key, this.make(item));
    const view = this.#views.get(key);
    view.update(item);
    if (this.parent.children[place] !== view.element) this.parent.insertBefore(view.element, this.parent.children[place] ?? null);
  }
}

/**
 * A part's place on the page and the data it shows: fetched now and whenever the group has changed something.
 *
 * `draw(data)` is called with each answer that is another than the one before.
 */
export class Desk {
  #path;
  #shown = "";
  #asking = null;
  #again = false;
  #busy = false;
  #status = node("p", { class: "share-status", role: "status" });

  constructor(element, client, live, { path, name, draw }) {
    this.#path = path;
    Object.assign(this, { client, live, draw });
    this.element = node("section", { class: `share share-${name}`, "aria-busy": "true" }, small("Henter …"));
    element.replaceChildren(this.element, this.#status);
    live.addEventListener("changed", () => this.refresh());
    client.connection.addEventListener("change", () => client.connection.up && this.refresh());
    this.refresh();
  }

  /** Fetch anew; calls in the midst of one are answered by one more. */
  refresh() {
    this.#again = this.#asking !== null;
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = null;
      if (this.#again) this.refresh();
    });
    return this.#asking;
  }

  /** Change something; resolves to the server's data, or null where it was not done, which the part then says. */
  async change(method, path, body) {
    const { status, data } = await this.#ask(method, path, body);
    if (status === 200) {
      this.say("");
      await this.refresh();
      this.live.touch();
      return data;
    }
    this.say(data?.message ?? AWAY);
    await this.refresh();
    return null;
  }

  /** Do something, unless this part is in the midst of it already: a double click is one wish. */
  async once(work) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await work();
    } finally {
      this.#busy = false;
    }
  }

  /** Whether the server has what was typed in those fields, which takes a moment; says so if it has not. */
  async arrived(keys) {
    const waiting = () => this.client.unsent.filter((answer) => keys.includes(answer.key));
    const tooLong = () => waiting().some(({ text, limit }) => length(text) > limit);
    const deadline = Date.now() + PATIENCE;
    await this.client.flush();
    while (waiting().length && !tooLong() && this.client.connection.up && Date.now() < deadline) await pause(50);
    if (tooLong()) this.say("En af teksterne er for lang og er derfor ikke gemt. Forkort den, og prøv igen.");
    else if (waiting().length) this.say("Det, du har skrevet, er ikke nået frem endnu. Vent, til der står »Gemt«, og prøv igen.");
    return waiting().length === 0;
  }

  say(text) {
    this.#status.textContent = text;
  }

  async #fetch() {
    const { status, data } = await this.#ask("GET", this.#path);
    if (status !== 200) return this.#shown || this.element.replaceChildren(small(data?.message ?? AWAY));
    const told = JSON.stringify(data);
    if (told === this.#shown) return undefined;
    if (!this.#shown) this.element.replaceChildren();
    this.#shown = told;
    this.element.removeAttribute("aria-busy");
    return this.draw(data, this);
  }

  async #ask(method, path, body) {
    const address = `/api/${encodeURIComponent(this.client.gathering)}/${path}`;
    try {
      const reply = await ask(method, address, { body, person: this.client.person });
      if (reply.status === 401) this.client.connection.signedOut();
      return reply;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { status: 0, data: null };
    }
  }
}

/** A note of one's own as a field with a question above it: {element, answer, close}. */
export function noteField(client, { key, limit, label, help, lines = 3 }, answer) {
  const note = client.admit({ key, limit }, answer);
  const title = node("p", { class: "share-label", id: unique("label") }, label);
  const hint = help ? node("p", { class: "share-small share-help", id: unique("help") }, help) : null;
  const field = fieldIn(client, { key, kind: "text", limit, lines, readers: "self" }, { name: label, id: title.id, help: hint?.id });
  return { element: node("div", { class: "share-field fl-fields" }, title, hint, field.element), answer: note, close: field.close };
}

/** Call `look` when a field of the draft that stands on this page has been saved. */
export function whenDraftSaved(client, look) {
  whenSaved(client, (key) => DRAFT.includes(key), look);
}

/**
 * Which versions of the fields of `card` this page shows, and no other device's words; null where what was typed has not
 * reached the server.
 */
export async function seen(desk, card) {
  const keys = desk.client.fields.map(({ key }) => key).filter((key) => key.startsWith(`${card}.`));
  if (!(await desk.arrived(keys))) return null;
  return keys.sort().map((key) => desk.client.field(key).version).join(".");
}

/** Call `look` when a field on this page whose key is `wanted` has been saved. */
export function whenSaved(client, wanted, look) {
  const versions = () => client.fields.filter(({ key }) => wanted(key)).map(({ key }) => client.field(key).version).join();
  let before = versions();
  client.addEventListener("change", () => {
    const now = versions();
    if (now !== before) look();
    before = now;
  });
}
