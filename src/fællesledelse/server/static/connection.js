/** Whether the server answers this leader; asked in one place for the whole page. */
import { ask, hangUp, Unreachable } from "./http.js";

const HEARTBEAT = 20_000;
const PATIENCE = 2_000;
const BRIEF = 1_200;
const SLOWEST = 1_000; // with PATIENCE: writing goes on within five seconds of the server's return
const OTHERS = 5; // connections that a browser may still have to the server beside the one that a question hangs on
const SPREAD = 300;
export const PATIENT = 15_000;

/** Milliseconds until try number `attempt` (from 0): growing, with jitter so that forty pages don't come at once. */
export function pause(attempt, slowest = SLOWEST) {
  return Math.min(slowest, 500 * 1.3 ** attempt) * (0.5 + Math.random() / 2);
}

export function delay(wait) {
  return new Promise((resolve) => setTimeout(resolve, wait));
}

/**
 * state: "up", "down" (no answer), "login" (the session has ended) or "other" (someone else has signed in, or another tab has signed out).
 * Dispatches "change" when the state changes.
 */
export class Connection extends EventTarget {
  state = "up";
  #person;
  #attempt = 0;
  #timer = null;
  #probing = null;
  #feeling = false;
  #heard = 0;

  constructor(person) {
    super();
    this.#person = person;
    addEventListener("online", () => this.#returned());
    addEventListener("offline", () => this.suspect());
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#returned());
    setInterval(() => this.#heartbeat(), HEARTBEAT);
  }

  get up() {
    return this.state === "up";
  }

  /** The server does not answer. */
  suspect() {
    if (!this.up) return;
    this.#set("down");
    this.#later();
  }

  /** The server answered, but knows no session. */
  signedOut() {
    if (this.state === "login" || this.state === "other") return;
    this.#set("login");
    this.#later();
  }

  /** Another tab tells that `person` is signed in now; "" after signing out. */
  announced(person) {
    if (person !== this.#person) this.#set("other");
    else if (this.state === "login" || this.state === "other") this.#returned();
  }

  /** The server has said something unasked. */
  hear() {
    this.#heard += 1;
  }

  /** Ask the server for a sign of life, since a request failed or its line has gone quiet. */
  async feel(wait = BRIEF) {
    if (this.#feeling || !this.up) return;
    this.#feeling = true;
    const heard = this.#heard;
    const healthy = await this.#healthy(wait);
    this.#feeling = false;
    if (!healthy && heard === this.#heard) this.suspect();
  }

  /** Ask who is signed in now, though nothing seems wrong. */
  async check() {
    const found = await this.#whoever();
    if (found !== "unknown") this.#set(found);
    if (found === "login") this.#later();
  }

  #set(state) {
    if (state === this.state) return;
    this.state = state;
    this.#attempt = 0;
    if (state === "up" || state === "down") hangUp();
    this.dispatchEvent(new Event("change"));
  }

  #returned() {
    this.#attempt = 0;
    if (this.up) this.#heartbeat();
    else this.#probe();
  }

  #later() {
    clearTimeout(this.#timer);
    const slowest = this.state === "down" ? SLOWEST : PATIENT; // who has to sign in first, does it in another tab, which tells
    this.#timer = setTimeout(() => this.#probe(), pause(this.#attempt++, slowest));
  }

  #heartbeat() {
    if (document.visibilityState === "visible") this.feel(PATIENCE);
  }

  async #healthy(wait, signal) {
    try {
      return (await ask("GET", "/sundhed", { wait, signal })).status === 200;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      throw error;
    }
  }

  /** Ask again; what was asked before and still hangs is given up. */
  async #probe() {
    clearTimeout(this.#timer);
    this.#probing?.abort();
    const probing = (this.#probing = new AbortController());
    const before = this.state;
    const found = await this.#found(probing.signal);
    if (probing !== this.#probing) return;
    if (this.state === before) this.#set(found);
    if (!this.up) this.#later();
  }

  async #found(signal) {
    if (this.state === "down") return (await this.#reached(signal)) ? "up" : "down";
    const found = await this.#whoever();
    return found === "unknown" ? this.state : found;
  }

  /** Whether the server can be reached. At first the browser's connections may all be dead without knowing: each is tried. */
  async #reached(signal) {
    const first = this.#healthy(PATIENCE, signal);
    if (this.#attempt > 1 || (await Promise.race([first, delay(SPREAD)])) !== undefined) return first;
    const others = Array.from({ length: OTHERS }, () => this.#healthy(PATIENCE - SPREAD, signal));
    const good = [first, ...others].map(async (each) => (await each) || Promise.reject());
    return Promise.any(good).catch(() => false);
  }

  async #whoever() {
    try {
      const { status, data } = await ask("GET", "/api/session", { wait: PATIENCE });
      if (status === 200 && data?.person) return data.person === this.#person ? "up" : "other";
      return status === 401 ? "login" : "unknown";
    } catch (error) {
      if (error instanceof Unreachable) return "unknown";
      throw error;
    }
  }
}
