/** Hears when something in the group has changed; what it was, each part of the page asks for itself. */
import { pause } from "../connection.js";
import { ask, hangUp, Unreachable } from "../http.js";

const QUIET = 1_000; // the server gives a sign of life twice a second
const DEAD = 5_000;
const POLL = 1_000;
const TRIES = 2; // sockets that do not come up before the page begins to ask instead
const NEXT_TRY = 30_000; // while it asks, it tries a socket again now and then

/**
 * Dispatches "changed" after each change in the group, and each time the line has been away.
 *
 * `client` says {gathering, person}; `group` is a facilitator's choice of group, "" where it is the leader's own.
 */
export class Live extends EventTarget {
  #path;
  #person;
  #connection;
  #socket = null;
  #failed = 0;
  #number = null;
  #retry = null;
  #polling = null;
  #silence = null;
  #over = false;

  constructor(client, { group = "" } = {}) {
    super();
    this.#path = `/api/${encodeURIComponent(client.gathering)}/live${group ? `?group=${encodeURIComponent(group)}` : ""}`;
    this.#person = client.person;
    this.#connection = client.connection ?? null;
    addEventListener("online", () => this.#again());
    addEventListener("offline", () => this.#away());
    addEventListener("pagehide", () => this.#end());
    addEventListener("pageshow", (event) => event.persisted && this.#resume());
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#seen());
    this.#connection?.addEventListener("change", () => this.#turned());
    this.#connect();
  }

  /** Say "changed" without having heard: this page has changed something itself. */
  touch() {
    this.dispatchEvent(new Event("changed"));
  }

  #connect() {
    clearTimeout(this.#retry);
    if (this.#over || this.#socket) return;
    const address = new URL(this.#path, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    let up = false;
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) return;
      if (!up) this.#up();
      this.#connection?.hear();
      this.#listenFor(socket);
      const { changed } = JSON.parse(data);
      if (changed !== undefined) this.#heard(changed, !up);
      up = true;
    });
    socket.addEventListener("close", () => socket === this.#socket && this.#lost(up));
    this.#listenFor(socket);
  }

  #up() {
    this.#failed = 0;
    clearTimeout(this.#polling);
    this.#polling = null;
  }

  /** Of a line that says nothing a browser may take minutes to notice that it is broken: another way is tried, and in the end another line. */
  #listenFor(socket, quiet = 0) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (socket !== this.#socket) return;
      if (quiet >= DEAD) return this.#giveUp();
      this.#connection?.feel();
      this.#listenFor(socket, quiet + QUIET);
    }, QUIET);
  }

  #heard(number, first) {
    const news = first || number !== this.#number;
    this.#number = number;
    if (news) this.touch();
  }

  #lost(wasUp) {
    this.#socket = null;
    clearTimeout(this.#silence);
    if (this.#over) return;
    this.#connection?.feel();
    this.#failed = wasUp ? 0 : this.#failed + 1;
    if (this.#failed >= TRIES && !this.#polling) this.#later();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), this.#failed >= TRIES ? NEXT_TRY : pause(this.#failed));
  }

  #giveUp() {
    this.#drop();
    this.#lost(false);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#silence);
    socket?.close();
  }

  #turned() {
    if (this.#connection.up) this.#again();
    else hangUp(); // the parts' own requests, which go through another copy of that module than the page's
  }

  #away() {
    this.#drop();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), NEXT_TRY);
  }

  #again() {
    this.#drop();
    this.#connect();
  }

  #seen() {
    if (!this.#socket) this.#again();
  }

  #end() {
    this.#over = true;
    clearTimeout(this.#polling);
    this.#drop();
  }

  #resume() {
    this.#over = false;
    this.#polling = null;
    this.#again();
  }

  #later() {
    this.#polling = setTimeout(() => this.#poll(), POLL);
  }

  async #poll() {
    if (document.visibilityState === "visible" && this.#connection?.up !== false) await this.#askOnce();
    if (this.#polling && !this.#over) this.#later();
  }

  async #askOnce() {
    try {
      const { status, data } = await ask("GET", this.#path, { person: this.#person, wait: 1.5 * POLL });
      if (status === 200 && this.#polling) this.#heard(data.changed, false);
      if (status === 401) this.#connection?.signedOut();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#number = null; // when the server is back, look at everything anew
      this.#connection?.suspect();
    }
  }
}
