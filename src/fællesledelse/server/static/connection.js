/** Whether the server answers this leader; asked in one place for the whole page. */
import { ask, Unreachable } from "./http.js";

const HEARTBEAT = 20_000;
const PATIENCE = 2_500;
const BRIEF = 1_000;
const SLOWEST = 2_500; // writing goes on within five seconds of the server's return
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
 * Dispatches "change" when the state changes, and "online" when the device says that it has a network again.
 */
export class Connection extends EventTarget {
  state = "up";
  #person;
  #attempt = 0;
  #timer = null;
  #feeling = false;

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

  /** A request failed or is overdue. */
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

  /** Ask the server for a sign of life, since its line has gone quiet. */
  async feel(wait = BRIEF) {
    if (this.#feeling || !this.up) return;
    this.#feeling = true;
    const healthy = await this.#healthy(wait);
    this.#feeling = false;
    if (!healthy) this.suspect();
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
    this.dispatchEvent(new Event("change"));
  }

  #returned() {
    this.#attempt = 0;
    this.dispatchEvent(new Event("online"));
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

  async #healthy(wait = PATIENCE) {
    try {
      return (await ask("GET", "/sundhed", { wait })).status === 200;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      throw error;
    }
  }

  /** The next probe doesn't wait for this one, which may hang on a connection that is dead and doesn't know it. */
  async #probe() {
    this.#later();
    const before = this.state;
    const found = await this.#found();
    if (this.state !== before) return; // another probe was sooner
    if (found === "up") clearTimeout(this.#timer);
    this.#set(found);
  }

  async #found() {
    if (this.state === "down") return (await this.#healthy()) ? "up" : "down";
    const found = await this.#whoever();
    return found === "unknown" ? this.state : found;
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
