/**
 * One answer: the text on the screen, and the way it takes to the server.
 *
 * A save in flight is kept as it was sent (text, base, save id) until the server has answered it, also across a crash:
 * the retry is then the same save, and the server makes one version of it.
 */
import { pause } from "./connection.js";
import { length, saved, status, tooLong, underWay } from "./states.js";

const QUIET = 400;
const LONGEST = 2000;
const JOURNAL = 200;
const PATIENCE = 2000; // for an answer, at first: then the line is felt, and the same save is sent again
const MOST = 60_000;
const NOTE = /^(given|picked)\./; // about a draft, and gone with it
const UNPRINTABLE = /[\u0000-\u0008\u000e-\u001f\u007f\ufeff]/g;

/** Text as it is stored: one kind of line break, nothing unprintable (Word and PDF leave both on the clipboard). */
export function clean(text) {
  const lines = text.replace(/\r\n?|[\u000b\u000c\u2028\u2029]/g, "\n").replace(UNPRINTABLE, "");
  return lines.toWellFormed ? lines.toWellFormed() : lines;
}

/** The newest version that an answer of the server tells of; one that tells of less is older, though it may come later. */
function newest({ version, asides }) {
  return Math.max(version, ...(asides ?? []).map((aside) => aside.version));
}

function acknowledged(data) {
  return Number.isInteger(data?.version) && typeof data.saved_at === "string";
}

/**
 * Dispatches "change" when anything a field shows may have changed, and "saved" when the server has a
 * newer version than this page knew of, from here or from elsewhere.
 *
 * `post` is what an answer needs of the page: connection, journal, put(answer, save, options) and spread(key, answer).
 * A stray answer has no field on this page; it is only on its way to the server.
 */
export class Answer extends EventTarget {
  text = "";
  loaded = false;
  readonly = false;
  limit = Infinity;
  head = { version: 0, text: "", saved_at: "" };
  asides = [];
  #post;
  #stray;
  #base = 0;
  #acknowledged = ""; // the text of version #base; null: not known here
  #resolves = [];
  #before = []; // texts of mine that a choice has dropped: each becomes a version first
  #flight = null; // {text, base, save_id, resolves}: sent or about to be, not yet answered
  #clash = null; // versions of mine that the server put aside; while it lasts nothing is sent
  #kept = null; // the text that is on this computer's disk
  #refusal = null;
  #gone = false; // the server has no place for it any more, and never will have
  #failures = 0;
  #sending = false;
  #quiet = null;
  #longest = null;
  #journalling = null;
  #retry = null;
  #writing = Promise.resolve();
  #queued = null;

  constructor(place, post, { stray = false } = {}) {
    super();
    this.place = place; // {gathering, key, slot, step}
    this.#post = post;
    this.#stray = stray;
  }

  get key() {
    return this.place.key;
  }

  get version() {
    return this.head.version;
  }

  /** Whether the server lacks something of this answer. */
  get unsent() {
    return this.#flight !== null || this.text !== this.#acknowledged || this.#resolves.length > 0 || this.#before.length > 0;
  }

  /** Whether leaving now would lose text. */
  get fragile() {
    return this.unsent && this.#kept !== this.text;
  }

  /** Other texts that wait for the leader's choice: [{version, text, saved_at}]. */
  get others() {
    if (!this.#clash) return this.asides.filter((aside) => !this.#resolves.includes(aside.version));
    return [this.head, ...this.asides.filter((aside) => !this.#clash.includes(aside.version))];
  }

  get status() {
    if (!this.loaded) return status("loading");
    if (this.#gone) return status("unsaved", "Ikke gemt. Udkastet er slettet.");
    if (!this.unsent) return this.#settled();
    const count = length(this.text);
    if (count > this.limit) return status("unsaved", tooLong(count, this.limit));
    if (this.#refusal) return status("unsaved", this.#refusal);
    if (this.#clash) return this.#local("kept-choice");
    if (this.#post.connection.state === "login") return this.#local("kept-login");
    if (this.#troubled) return this.#local("kept");
    return this.#homeless ? underWay() : status("saving");
  }

  /** Take the leader's text. It is on the disk 200 ms later and sent when the fingers rest. */
  write(text) {
    this.text = clean(text);
    this.#refusal = null;
    this.#journalling ??= setTimeout(() => this.#record(), JOURNAL);
    this.#soon();
    this.#changed();
  }

  /**
   * Journal and send at once; resolves when that has been tried. A page on its way out (`keepalive`) sends without waiting
   * for the disk: what it has not begun when it ends, never happens.
   */
  async flush({ keepalive = false } = {}) {
    const kept = this.#record();
    if (!keepalive) await kept;
    await this.#send({ keepalive });
  }

  /** Try again now: the connection is back. */
  kick() {
    clearTimeout(this.#retry);
    this.#failures = 0;
    if (this.unsent) this.#send();
  }

  /** The server's newest, {version, text, saved_at, asides}: shown unless the leader has written meanwhile. */
  take(answer) {
    const news = this.loaded && answer.version > this.head.version;
    this.loaded = true;
    const known = Math.max(newest({ ...this.head, asides: this.asides }), ...(this.#clash ?? []));
    if (answer.version >= this.head.version && newest(answer) >= known) this.#accept(answer);
    if (news) this.#saved(answer.version);
    this.#changed();
  }

  /** Go on with an entry of the journal whose page is gone. */
  adopt({ text, base, before = [], flight, resolves, clash }) {
    const arrived = text === this.head.text && (!flight || flight.text === text) && !resolves.length && !before.length;
    if (!arrived) {
      this.text = text;
      this.#base = base;
      this.#acknowledged = base === this.head.version ? this.head.text : null;
      this.#before = before;
      this.#flight = flight;
      this.#resolves = resolves;
      this.#clash = clash && clash.some((version) => this.asides.some((aside) => aside.version === version)) ? clash : null;
    }
    if (this.#stray) this.loaded = true;
    return this.#record().then(() => this.kick());
  }

  /** Settle the first of `others`: `text` is what shall stand. */
  choose(text) {
    const [other] = this.others;
    if (!other) return;
    this.#keepMine(text);
    const settled = this.#clash ?? [other.version];
    this.#resolves = [...new Set([...this.#resolves, ...settled])];
    if (this.#clash) {
      this.#base = this.head.version;
      this.#acknowledged = this.head.text;
      this.#clash = null;
    }
    this.write(text);
    this.flush();
  }

  /** What has been written here and is no version yet does not go for good when `chosen` takes its place. */
  #keepMine(chosen) {
    const stored = [this.#flight, this.head, ...this.asides].some((each) => each?.text === this.text);
    if (!stored && !chosen.includes(this.text.trim()) && length(this.text) <= this.limit) this.#before.push(this.text);
  }

  /** Every version the server has, newest first: [{version, text, saved_at, aside}]. */
  versions() {
    return this.#post.versions(this);
  }

  get #troubled() {
    return !this.#post.connection.up || this.#failures > 0;
  }

  #settled() {
    if (this.others.length) return status("both");
    return this.head.version ? saved(this.head.saved_at) : status("empty");
  }

  #local(name) {
    if (this.#kept === this.text) return status(name);
    return (this.#journalling || this.#queued) && !this.#homeless ? status("saving") : status("unsaved");
  }

  /** Whether this computer has lately shown that it can't keep text. */
  get #homeless() {
    return !this.#post.journal.durable;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #accept(answer) {
    const untouched = !this.unsent;
    this.head = { version: answer.version, text: answer.text, saved_at: answer.saved_at };
    this.asides = answer.asides ?? [];
    const open = this.#clash?.some((version) => this.asides.some((aside) => aside.version === version));
    if (this.#clash && !open) {
      this.#clash = null;
      if (!untouched) this.#soon(); // settled elsewhere; what was written here meanwhile has waited for that
    }
    if (untouched && !this.#clash) this.#show(this.head);
  }

  #show({ version, text }) {
    this.text = text;
    this.#acknowledged = text;
    this.#base = version;
  }

  #soon() {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#send(), QUIET);
    this.#longest ??= setTimeout(() => this.#send(), LONGEST);
  }

  #record() {
    clearTimeout(this.#journalling);
    this.#journalling = null;
    this.#queued ??= this.#writing.then(() => {
      this.#queued = null;
      return this.#journal();
    });
    this.#writing = this.#queued;
    return this.#writing;
  }

  async #journal() {
    const { text } = this;
    if (this.unsent) {
      const content = { text, base: this.#base, before: [...this.#before], flight: this.#flight, resolves: this.#resolves, clash: this.#clash };
      this.#kept = (await this.#post.journal.put(this.place, content)) ? text : null;
    } else if (await this.#post.journal.remove(this.place)) this.#kept = null;
    this.#changed();
  }

  get #blocked() {
    const overlong = !this.#flight && length(this.text) > this.limit;
    return this.#sending || !this.unsent || overlong || this.#clash || this.#refusal || !this.#post.connection.up;
  }

  async #send({ keepalive = false } = {}) {
    clearTimeout(this.#quiet);
    clearTimeout(this.#longest);
    this.#longest = null;
    if (!this.loaded || this.#blocked) return;
    this.#sending = true;
    this.#flight ??= {
      text: this.#before.shift() ?? this.text,
      base: this.#base,
      save_id: crypto.randomUUID(),
      resolves: this.#resolves.splice(0),
    };
    const kept = this.#record();
    if (!keepalive) await kept;
    const wait = Math.min(MOST, PATIENCE * 2 ** this.#failures);
    const outcome = await this.#post.put(this, this.#flight, { keepalive, wait });
    this.#sending = false;
    this.#received(outcome);
    await this.#record();
    if (this.unsent && this.#failures === 0) this.#soon();
  }

  #received({ status: code, data }) {
    if (code === 200 && acknowledged(data)) this.#arrived(data);
    else if (code === 409 && data?.head) this.#collided(data);
    else if (code === 401) this.#post.connection.signedOut();
    else if (code === 404 && data?.error === "unknown-field" && NOTE.test(this.key)) this.#forgotten();
    else if (code >= 400 && code < 500 && code !== 429) this.#refused(data);
    else this.#failed(code);
  }

  #arrived({ version, saved_at }) {
    const { text, resolves } = this.#flight;
    this.#failures = 0;
    this.#flight = null;
    this.#acknowledged = text;
    this.#base = version;
    if (version >= this.head.version) {
      const asides = this.asides.filter((aside) => !resolves.includes(aside.version));
      this.#accept({ version, text, saved_at, asides });
      this.#post.spread(this.key, { ...this.head, asides }, this);
    } else if (!this.unsent) this.#show(this.head);
    this.#saved(version);
  }

  #saved(version) {
    this.dispatchEvent(new CustomEvent("saved", { detail: { key: this.key, version } }));
  }

  #collided({ head, aside }) {
    const { text, resolves } = this.#flight;
    this.#failures = 0;
    this.#flight = null;
    this.#acknowledged = text;
    const mine = [...resolves, aside];
    if (head.version >= this.head.version) {
      this.head = { version: head.version, text: head.text, saved_at: head.saved_at };
      this.asides = head.asides ?? [];
    }
    this.#post.spread(this.key, head, this);
    if (this.#stray) return;
    this.#clash = mine;
    if (this.text === head.text) this.choose(this.text);
  }

  #forgotten() {
    this.#gone = true;
    this.#failures = 0;
    this.#flight = this.#clash = null;
    this.#resolves = [];
    this.#before = [];
    this.#acknowledged = this.text;
  }

  #refused(data) {
    this.#resolves = [...this.#flight.resolves, ...this.#resolves];
    this.#flight = null;
    this.#failures = 0;
    const known = data?.error === "too-long" && Number.isInteger(data.limit) && Number.isInteger(data.length);
    if (known) this.#refusal = tooLong(data.length, data.limit);
    else this.#refusal = `Ikke gemt – kopiér din tekst. ${typeof data?.message === "string" ? data.message : ""}`.trim();
  }

  #failed(code) {
    if (!code) this.#post.connection.feel();
    this.#retry = setTimeout(() => this.#send(), pause(this.#failures));
    this.#failures += 1;
  }
}
