/**
 * Tabs of one leader on two devices, in one page of the server: each tab is a frame that runs the real answers client with its own
 * clock and timers; each device has a journal, a channel, locks and a network of its own. `play` runs one interleaving.
 * `CLIENT` is the client's source in one piece, which sets `client`: a frame need not ask for it.
 */
const FIELD = "lifeline";
const STEP = "forberedelse-1";
const SECOND = 1000;
const SLOW = 2000; // what the client waits for a disk or an answer before it says so
const ROUNDS = 60; // until everything has been sent and chosen
const JSON_HEADERS = { "Content-Type": "application/json" };

const turn = new MessageChannel();
const turns = [];
turn.port1.onmessage = () => turns.shift()();
const soon = () => new Promise((resolve) => (turns.push(resolve), turn.port2.postMessage(0)));

async function until(so, what) {
  const end = performance.now() + 10_000;
  while (!so()) {
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function entries(name) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const counting = opening.result.transaction("entries").objectStore("entries").count();
      counting.onsuccess = () => resolve(counting.result);
      opening.result.close();
    };
  });
}

class Device {
  online = true;
  deaf = false; // what it sends arrives, and no answer does
  kept = new Map();

  constructor(name, skew) {
    Object.assign(this, { name, skew });
  }
}

/** Timers that run when the trial lets time pass. */
class Timers {
  now = 0;
  #next = 1;
  #due = new Map();

  serve(frame) {
    frame.setTimeout = (work, wait = 0) => (this.#due.set(this.#next, { at: this.now + wait, wait, work }), this.#next++);
    frame.clearTimeout = (id) => this.#due.delete(id);
    frame.setInterval = () => 0;
  }

  /** Let time pass; nothing is called slow before `calm`. */
  async pass(time, calm) {
    const end = this.now + time;
    for (;;) {
      const [next] = [...this.#due].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
      if (!next) break;
      if (next[1].wait >= SLOW) await calm();
      this.#due.delete(next[0]);
      this.now = Math.max(this.now, next[1].at);
      next[1].work();
      await soon();
    }
    this.now = end;
  }
}

class Tab {
  timers = new Timers();
  loaded = false;
  #asking = 0;
  #calm = [];

  constructor(device) {
    this.device = device;
    this.frame = document.createElement("iframe");
    document.body.append(this.frame);
    this.#dress(this.frame.contentWindow);
  }

  /** Give the frame what is its device's own. */
  #dress(frame) {
    const { device } = this;
    const own = (name) => `${device.name}:${name}`;
    const databases = frame.indexedDB;
    const locks = frame.navigator.locks;
    const request = locks.request.bind(locks);
    const { Date: Clock, BroadcastChannel: Channel, fetch } = frame;
    Object.defineProperty(frame, "indexedDB", { value: { open: (name, version) => databases.open(own(name), version) } });
    locks.request = (name, ...rest) => request(own(name), ...rest);
    const kept = { getItem: (key) => device.kept.get(key) ?? null, setItem: (key, value) => device.kept.set(key, value), removeItem: (key) => device.kept.delete(key) };
    Object.defineProperty(frame, "localStorage", { value: kept });
    frame.BroadcastChannel = class extends Channel {
      constructor(name) {
        super(own(name));
      }
    };
    frame.Date = class extends Clock {
      constructor(...all) {
        super(...(all.length ? all : [Clock.now() + device.skew]));
      }

      static now() {
        return Clock.now() + device.skew;
      }
    };
    frame.fetch = async (...all) => {
      if (!device.online) throw new TypeError("offline");
      this.#begin();
      try {
        const answer = await fetch.apply(frame, all);
        const text = await answer.text();
        if (device.deaf || !device.online) throw new TypeError("cut");
        return { status: answer.status, text: async () => text };
      } finally {
        this.#end();
      }
    };
    this.timers.serve(frame);
    this.#watchDisk(frame.IDBDatabase.prototype);
  }

  /** Count what is being written. */
  #watchDisk(database) {
    const { transaction } = database;
    const [begin, end] = [() => this.#begin(), () => this.#end()];
    database.transaction = function (...all) {
      const begun = transaction.apply(this, all);
      begin();
      for (const how of ["complete", "abort"]) begun.addEventListener(how, end);
      return begun;
    };
  }

  /** What a page of the server does when it is opened. */
  async open(told) {
    const frame = this.frame.contentWindow;
    frame.eval(CLIENT);
    this.answers = new frame.client.Answers({ gathering: "demo", step: STEP, person: told.session.person });
    this.answers.ready.then(() => (this.loaded = true));
    this.answers.start(structuredClone(told));
    this.field = this.answers.field(FIELD);
    await this.calm();
    await this.pass(SECOND);
    await until(() => this.loaded, "a page that is loaded");
  }

  #begin() {
    this.#asking += 1;
  }

  #end() {
    this.#asking -= 1;
    if (!this.#asking) for (const tell of this.#calm.splice(0)) tell();
  }

  /** Until what has begun is over: requests, and writing to the disk. */
  async calm() {
    for (let quiet = 0; quiet < 4; quiet += 1) {
      if (this.#asking) quiet = await new Promise((resolve) => this.#calm.push(() => resolve(0)));
      await soon();
    }
  }

  pass(time) {
    return this.timers.pass(time, () => this.calm());
  }

  write(token) {
    this.field.write(this.field.text + token);
  }

  /** A second passes; whether what was typed is now on the disk or on the server. If not, the page must say so. */
  async rest() {
    await this.pass(SECOND);
    await this.calm();
    const { unsent } = this.answers;
    if (!unsent.some((answer) => answer.fragile)) return true;
    if (!unsent.some((answer) => answer.status.text.startsWith("Ikke gemt"))) throw new Error("not kept, and not told");
    return false;
  }

  choose(how) {
    const { text, others } = this.field;
    if (!others.length) return;
    const [other] = others;
    this.field.choose({ mine: text, other: other.text, both: `${text}\n${other.text}` }[how]);
  }

  tell(event) {
    const frame = this.frame.contentWindow;
    frame.dispatchEvent(new frame.Event(event));
  }

  /** Gone, at a stroke or as a browser closes a tab. */
  end(crash) {
    if (!crash) this.tell("beforeunload");
    this.frame.contentWindow.addEventListener("pagehide", (event) => crash && event.stopImmediatePropagation(), { capture: true });
    this.frame.remove();
  }
}

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** What the server tells a page of the step. */
async function toldNow() {
  const [session, page] = await Promise.all([ask("/api/session"), ask(`/api/demo/steps/${STEP}`)]);
  return { session, page };
}

const versions = () => ask(`/api/demo/answers/${FIELD}/versions`);

/** The field empty, for a new interleaving; its version then. A save of the last one may still come in between. */
async function clear() {
  const { answers } = await ask(`/api/demo/steps/${STEP}`);
  const { version, asides } = answers[FIELD];
  const body = { text: "", base: version, save_id: crypto.randomUUID(), resolves: asides.map((aside) => aside.version) };
  const made = await fetch(`/api/demo/answers/${FIELD}`, { method: "PUT", headers: JSON_HEADERS, body: JSON.stringify(body) });
  return made.status === 409 ? clear() : (await made.json()).version;
}

class World {
  tabs = [];
  tokens = new Map(); // token → {tab, safe}

  constructor(skews) {
    this.run = crypto.randomUUID();
    this.devices = skews.map((skew, place) => new Device(`${this.run}-${place}`, skew));
  }

  /** The tab that a number means, among those that are open. */
  tab(number) {
    return this.tabs[number % this.tabs.length];
  }

  async open(device, told) {
    told ??= await toldNow();
    const tab = new Tab(device);
    this.tabs.push(tab);
    await tab.open(told);
  }

  async step([what, number, detail]) {
    const device = this.devices[number % 2];
    if (what === "open") return device.online && !device.deaf && this.tabs.length < 4 && this.open(device);
    if (what === "network") return this.network(device, detail);
    if (!this.tabs.length) return;
    const tab = this.tab(number);
    if (what === "write") this.write(tab);
    if (what === "rest") await this.rest(tab);
    if (what === "choose") tab.choose(detail);
    if (what === "end") this.end(tab, detail === "crash");
  }

  write(tab) {
    const token = `<${this.run.slice(0, 8)}.${this.tokens.size}>`;
    this.tokens.set(token, { tab, safe: false });
    tab.write(token);
  }

  async rest(tab) {
    if (!(await tab.rest())) return;
    for (const token of this.tokens.values()) token.safe ||= token.tab === tab;
  }

  network(device, how) {
    device.online = how !== "offline";
    device.deaf = how === "deaf";
    const event = { offline: "offline", online: "online" }[how];
    for (const tab of this.tabs) if (event && tab.device === device) tab.tell(event);
  }

  end(tab, crash) {
    tab.end(crash);
    this.tabs = this.tabs.filter((each) => each !== tab);
  }

  /** All networks are back, each device has a page, and the leader chooses where there is a choice, until nothing is left. */
  async settle(how) {
    for (const device of this.devices) this.network(device, "online");
    for (const device of this.devices) if (!this.tabs.some((tab) => tab.device === device)) await this.open(device);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const tab of this.tabs) await this.rest(tab);
      const choosing = this.tabs.find((tab) => tab.field.others.length);
      choosing?.choose(how);
      const waiting = this.tabs.some((tab) => tab.answers.unsent.length);
      if (choosing || waiting) continue;
      const left = await this.journalled();
      if (!left.some(Boolean)) return;
      // What a tab left that crashed beside another is sent from the page that is opened next.
      for (const [place, device] of this.devices.entries()) if (left[place]) await this.open(device);
    }
    const left = this.tabs.map((tab) => [tab.field.status, tab.answers.connection.state, tab.field.others.length, tab.answers.unsent.length]);
    throw new Error(`never settled: ${JSON.stringify(left)}`);
  }

  /** How many texts wait in each device's journal. */
  journalled() {
    return Promise.all(this.devices.map(({ name }) => entries(`${name}:faellesledelse`)));
  }

  close() {
    for (const tab of this.tabs) tab.end(true);
    for (const { name } of this.devices) indexedDB.deleteDatabase(`${name}:faellesledelse`);
  }
}

/** Run an interleaving; the tokens that are in no version, and those that do not stand in the text though nobody chose against them. */
globalThis.play = async ({ skews, steps, how }) => {
  const before = await clear();
  const world = new World(skews);
  try {
    const told = await toldNow();
    await Promise.all(world.devices.map((device) => world.open(device, told)));
    for (const step of steps) await world.step(step);
    await world.settle(how);
    const made = (await versions()).filter((each) => each.version > before);
    const safe = [...world.tokens].filter(([, { safe }]) => safe).map(([token]) => token);
    const head = made.find((each) => !each.aside)?.text ?? "";
    const kept = how === "both" && !steps.some(([what, , detail]) => what === "choose" && detail !== "both");
    return {
      lost: safe.filter((token) => !made.some(({ text }) => text.includes(token))),
      overwritten: kept ? safe.filter((token) => !head.includes(token)) : [],
      versions: made.length,
    };
  } finally {
    world.close();
  }
};
