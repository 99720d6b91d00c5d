/**
 * The workshop as a room: the same phase, turn and time on everyone's page.
 *
 * The server holds the room and decides; this page shows what it says, and the time on its own from there.
 */
import { reveal } from "../dom.js";
import { ask, Unreachable } from "../http.js";
import { View } from "./room-view.js";
import { Countdown } from "./time.js";

const TICK = 250;
const TABLE = 30_000; // how often a page looks whether a device still lies on the table
const AWAY = "Der er ingen forbindelse lige nu. Uret her går videre. Prøv igen om lidt.";

/**
 * Dispatches "change" when the server has told how things stand, "tick" when time has passed, "said" (detail: a sentence)
 * when it has refused something, and "shut" (detail: a sentence) when there is no room for this person.
 */
class Room extends EventTarget {
  state = null;
  #countdown = new Countdown();
  #path;
  #asked = 0;

  constructor(client, group) {
    super();
    this.client = client;
    this.group = group;
    const query = group ? `?group=${encodeURIComponent(group)}` : "";
    this.#path = `/api/${encodeURIComponent(client.gathering)}/rooms/${encodeURIComponent(client.stepName)}${query}`;
    setInterval(() => this.state && this.dispatchEvent(new Event("tick")), TICK);
    setInterval(() => this.state?.table && this.load(), TABLE);
  }

  /** Seconds left of the phase; below zero when it is late. */
  get left() {
    return this.#countdown.left;
  }

  /** The present phase, or null before the first and after the last. */
  get phase() {
    return this.state.phases[this.state.phase] ?? null;
  }

  get me() {
    return this.client.person;
  }

  name(person) {
    return this.state.members.find(({ id }) => id === person)?.name ?? "";
  }

  load() {
    return this.#talk("GET");
  }

  /** Ask the server to do something, from what this page shows now. */
  act(verb, more = {}) {
    return this.#talk("PUT", { base: this.state.version, do: verb, ...more });
  }

  async #talk(method, body) {
    const asked = Date.now();
    const number = ++this.#asked;
    try {
      const { status, data } = await ask(method, this.#path, { body, person: this.me, wait: 6000 });
      if (status === 401) this.client.connection?.signedOut();
      if (data?.phases && this.#newer(data.version, number)) this.#take(data, asked);
      if (status !== 200) this.#say(data?.message ?? AWAY, !data?.phases && method === "GET");
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (method === "PUT") this.#say(AWAY);
    }
  }

  /** Answers may overtake one another: of two about the same version, the one asked for last counts. */
  #newer(version, number) {
    const present = this.state?.version ?? -1;
    return version > present || (version === present && number === this.#asked);
  }

  #take(state, asked) {
    this.state = state;
    this.#countdown.take(state, asked, Date.now());
    this.dispatchEvent(new Event("change"));
  }

  #say(words, shut = false) {
    this.dispatchEvent(new CustomEvent(shut ? "shut" : "said", { detail: words }));
  }
}

/** Who comes while the group is at it finds the room unfolded. */
function revealWhenUnderWay(element, room) {
  const look = () => {
    if (!room.phase) return;
    reveal(element);
    room.removeEventListener("change", look);
  };
  room.addEventListener("change", look);
}

export function mount(element, client, live) {
  const room = new Room(client, element.dataset.group ?? "");
  new View(element, room);
  revealWhenUnderWay(element, room);
  live.addEventListener("changed", () => room.load());
  room.load();
}
