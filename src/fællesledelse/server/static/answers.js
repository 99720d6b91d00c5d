/** All answers of one page: takes them in, brings the journal's texts back, and keeps tabs of the same page in step. */
import { Answer } from "./answer.js";
import { Connection, delay } from "./connection.js";
import { ask, Unreachable } from "./http.js";
import { Journal } from "./journal.js";
import { mayLeave } from "./signout.js";
import { moment } from "./states.js";

const CHANNEL = "faellesledelse";
const GRACE = 1000;
const STALE = 30_000;
const COMPUTING = 20_000;
const NEVER_SAVED = { version: 0, text: "", saved_at: "", asides: [] };

function tabLock(tab) {
  return `faellesledelse:tab:${tab}`;
}

/**
 * The answers client that fields talk to, as `globalThis.faellesledelse`.
 *
 * Dispatches "loaded" when the fields accept text and what the journal held is back in them, "change" when what a
 * page says as a whole may have changed, "saved" ({key, version}) when the server has a newer version of a field, "rebuilt" when
 * it has another build of the cohort than this page, and "other-person" when someone else has signed in on this browser, or the
 * leader has signed out in another tab.
 */
export class Answers extends EventTarget {
  step = null;
  build = null;
  fields = [];
  moment = moment;
  journal = null;
  #tab = crypto.randomUUID?.() ?? String(Math.random());
  #slots = 0;
  #answers = new Map();
  #strays = new Set();
  #sources = {};
  #readers = new Map(); // in words, by the beginning of the keys
  #fetched = 0;
  #adopting = Promise.resolve();
  #saying = null;
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;

  constructor({ gathering, step, person }) {
    super();
    Object.assign(this, { gathering, stepName: step, person });
    this.connection = new Connection(person);
    this.ready = new Promise((resolve) => this.addEventListener("loaded", resolve, { once: true }));
  }

  /**
   * Take in what came with the page, and what the journal holds, if it may hold something: until then no field accepts
   * text, since none must be written into an older one.
   */
  async start({ session, page }) {
    this.#holdTab();
    this.#listen();
    this.#channel?.postMessage({ kind: "person", person: this.person });
    this.journal = new Journal(this.person, session.journal_key);
    this.build = page.build;
    const promising = this.journal.promising;
    this.#take(page);
    const back = this.#bringBack().then(() => this.#changed());
    // A page that is being reloaded may hold its lock for a moment yet, and a disk may be slow.
    if (promising) await Promise.race([back, delay(GRACE)]);
    this.dispatchEvent(new Event("loaded"));
    this.#changed();
    this.refresh(0); // the page before this one may have saved its last words after the server made this one
  }

  /** The answer of a field; it may not have come from the server yet. */
  field(key) {
    if (!this.#answers.has(key)) {
      const answer = new Answer({ gathering: this.gathering, key, slot: this.#slot(), step: this.stepName }, this);
      answer.addEventListener("change", () => this.#changed());
      answer.addEventListener("saved", ({ detail }) => this.dispatchEvent(new CustomEvent("saved", { detail })));
      this.#answers.set(key, answer);
    }
    return this.#answers.get(key);
  }

  /** Take in a field that isn't on the page's own list: a note whose `answer` one of the page's parts got from the server. */
  admit({ key, limit }, answer) {
    const note = this.field(key);
    note.limit = limit;
    note.readonly = false;
    note.take(answer ?? NEVER_SAVED);
    for (const { place, head, asides } of this.#strays) if (place.key === key && place.gathering === this.gathering) note.take({ ...head, asides });
    return note;
  }

  /** Who reads what stands under keys that begin with `stem`, in `words`; null while nobody does but the one who writes. */
  tellReaders(stem, words) {
    if ((this.#readers.get(stem) ?? null) === words) return;
    this.#readers.set(stem, words);
    this.#changed();
  }

  /** What has been told of who reads that field, or null. */
  readers(key) {
    return [...this.#readers].find(([stem]) => key.startsWith(`${stem}.`))?.[1] ?? null;
  }

  /** Texts of the fields that are `keys` or parts of them, in the page's order: [{key, text}]. */
  sources(keys) {
    const known = new Map(Object.entries(this.#sources));
    for (const [key, answer] of this.#answers) if (answer.loaded) known.set(key, answer.text);
    const under = (wanted) => [...known.keys()].filter((key) => key === wanted || key.startsWith(`${wanted}.`));
    return [...new Set(keys.flatMap(under))].map((key) => ({ key, text: known.get(key) }));
  }

  /** Answers that the server lacks something of. */
  get unsent() {
    return [...this.#answers.values(), ...this.#strays].filter((answer) => answer.unsent);
  }

  /** Send everything now; resolves when it has been tried. */
  async flush(options) {
    await Promise.all(this.unsent.map((answer) => answer.flush(options)));
  }

  /** Tell other tabs that nobody is signed in on this browser any more. */
  announceSignOut() {
    this.#channel?.postMessage({ kind: "person", person: "" });
  }

  /** Whether signing out loses nothing, or the leader wants to all the same. The frame's script asks before it signs out. */
  mayLeave = () => mayLeave(this);

  /** Mark the step as done or not done; resolves to what the server holds now, or throws Unreachable. */
  async finish(done) {
    const reply = await ask("PUT", `${this.#stepPath()}/done`, { body: { done }, person: this.person });
    if (reply.status === 401) this.connection.signedOut();
    if (reply.status !== 200) throw new Unreachable(String(reply.status));
    this.step.done = reply.data.done;
    this.#changed();
    return this.step.done;
  }

  /** Part of an answer's post. */
  async put(answer, save, { keepalive, wait }) {
    const { gathering, key, step } = answer.place;
    const path = `/api/${encodeURIComponent(gathering)}/answers/${encodeURIComponent(key)}?step=${encodeURIComponent(step)}`;
    try {
      // The browser refuses to carry more than 64 kB past the end of a page.
      const lasting = keepalive && save.text.length < 15_000;
      return await ask("PUT", path, { body: save, person: this.person, keepalive: lasting, wait, again: true });
    } catch (error) {
      if (error instanceof Unreachable) return { status: 0, data: null };
      throw error;
    }
  }

  /** Part of an answer's post. */
  async versions({ place }) {
    const path = `/api/${encodeURIComponent(place.gathering)}/answers/${encodeURIComponent(place.key)}/versions`;
    const { status, data } = await ask("GET", path, { person: this.person });
    if (status === 401) this.connection.signedOut();
    if (status !== 200 || !Array.isArray(data)) throw new Unreachable(String(status));
    return data;
  }

  /** What the page's computed parts show now, as HTML by model; nothing from another build, whose models are others. */
  async computed() {
    const { status, data } = await ask("GET", `${this.#stepPath()}/computed`, { person: this.person, wait: COMPUTING });
    if (status === 401) this.connection.signedOut();
    if (status === 403 || status === 404) return {}; // the page is not this leader's any more: what stands there stays
    if (status !== 200) throw new Unreachable(String(status));
    if (data.build === this.build) return data.computed;
    this.dispatchEvent(new Event("rebuilt"));
    return {};
  }

  /** Part of an answer's post: tell this page and other tabs what the server holds. */
  spread(key, answer, from) {
    const { gathering } = from.place;
    const mine = gathering === this.gathering ? this.#answers.get(key) : undefined;
    if (mine && mine !== from) mine.take(answer);
    this.#channel?.postMessage({ kind: "answer", person: this.person, gathering, key, answer });
  }

  #stepPath() {
    return `/api/${encodeURIComponent(this.gathering)}/steps/${encodeURIComponent(this.stepName)}`;
  }

  #slot() {
    return `${this.#tab}:${this.#slots++}`;
  }

  /** Many answers often change at once; what is said of them all is said once. */
  #changed() {
    this.#saying ??= Promise.resolve().then(() => {
      this.#saying = null;
      this.dispatchEvent(new Event("change"));
    });
  }

  #listen() {
    this.connection.addEventListener("change", () => this.#turned());
    this.#channel?.addEventListener("message", ({ data }) => this.#heard(data));
    addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? this.#leaving() : this.refresh()));
    // The next page may come so soon after the last sign that nothing begun at "pagehide" would reach the disk.
    for (const moment of ["beforeunload", "pagehide"]) addEventListener(moment, () => this.#leaving());
    addEventListener("pageshow", ({ persisted }) => persisted && this.refresh(0));
  }

  #leaving() {
    this.flush({ keepalive: true });
  }

  #turned() {
    if (this.connection.state === "other") this.#withdraw();
    if (this.connection.up) {
      for (const answer of this.unsent) answer.kick();
      this.refresh(0);
    }
    for (const answer of this.#answers.values()) answer.dispatchEvent(new Event("change"));
    this.#changed();
  }

  async #withdraw() {
    await this.flush();
    this.dispatchEvent(new Event("other-person"));
  }

  async #heard(message) {
    if (message.kind === "person") this.connection.announced(message.person);
    if (message.kind !== "answer" || message.person !== this.person || message.gathering !== this.gathering) return;
    await this.ready;
    this.#answers.get(message.key)?.take(message.answer);
    if (message.key in this.#sources) this.#sources[message.key] = message.answer.text;
  }

  /** Take in what the server holds now, unless that was done less than `age` milliseconds ago. */
  async refresh(age = STALE) {
    if (!this.step || Date.now() - this.#fetched < age) return;
    try {
      const { status, data } = await ask("GET", this.#stepPath(), { person: this.person });
      if (status === 200) this.#renew(data);
      if (status === 401) this.connection.signedOut();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.connection.feel();
    }
  }

  #renew(page) {
    this.#take(page);
    if (page.build !== this.build) this.dispatchEvent(new Event("rebuilt"));
  }

  #take({ step, fields, answers, sources }) {
    Object.assign(this, { step, fields });
    this.#sources = sources ?? {};
    this.#fetched = Date.now();
    for (const { key, limit } of fields) {
      const answer = this.field(key);
      answer.limit = limit;
      answer.readonly = step.editable === false;
      answer.take(answers[key] ?? NEVER_SAVED);
    }
  }

  #holdTab() {
    navigator.locks?.request(tabLock(this.#tab), () => new Promise(() => {}));
  }

  async #bringBack() {
    const tabs = [...new Set((await this.#left()).map((entry) => entry.slot.split(":")[0]))];
    await Promise.all(tabs.map((tab) => this.#inherit(tab)));
  }

  /** Entries of a tab, or of all; the newest first, since it goes into the field. */
  async #left(tab = "") {
    return (await this.journal.entries()).reverse().filter((entry) => entry.slot.startsWith(tab && `${tab}:`));
  }

  /** Take over what a tab left: at once if it is gone, else when it goes. */
  async #inherit(tab) {
    const adopt = async () => this.#adoptAll(await this.#left(tab));
    if (!navigator.locks) return adopt();
    return new Promise((resolve) => navigator.locks.request(tabLock(tab), () => adopt().then(resolve)));
  }

  /** One entry after the other, so that two never go into the same field. */
  #adoptAll(entries) {
    for (const entry of entries) this.#adopting = this.#adopting.then(() => this.#adopt(entry));
    return this.#adopting;
  }

  async #adopt(entry) {
    const slot = this.#slot();
    if (!(await this.journal.take(entry, slot))) return;
    const here = entry.gathering === this.gathering ? this.#answers.get(entry.key) : undefined;
    const answer = here?.loaded && !here.unsent ? here : this.#stray(entry);
    answer.place = { ...answer.place, slot };
    await answer.adopt(entry.content);
  }

  #stray({ gathering, key, step }) {
    const answer = new Answer({ gathering, key, slot: "", step }, this, { stray: true });
    this.#strays.add(answer);
    return answer;
  }
}
