/**
 * The journal: text that the server has not acknowledged, kept in this browser so that it survives a crash.
 *
 * Entries are encrypted under a key the server gives the leader at sign-in and carry their owner, so the next person
 * at a shared tablet neither sees nor sends them. localStorage can't do this: a killed browser loses up to 47 s of it.
 */

const DATABASE = "faellesledelse";
const STORE = "entries";
const WAIT = 2000;

function within(promise, wait) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the browser's storage does not answer")), wait);
    promise.then(resolve, reject);
  });
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore(STORE, { keyPath: ["owner", "gathering", "key", "slot"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** Run `work(store)` in one transaction; resolves to the result of its request once the data is on the disk. */
function transact(database, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Where an entry lies; also authenticated with it, so that no entry can be passed off as another's. */
function label({ owner, gathering, key }) {
  return new TextEncoder().encode(JSON.stringify([owner, gathering, key]));
}

/** Whether an owner may have entries, as it can be known at once; the database takes a while to say so. */
const hint = {
  name: (owner) => `faellesledelse:kept:${owner}`,
  get: (owner) => {
    try {
      return localStorage.getItem(hint.name(owner)) !== null;
    } catch {
      return true;
    }
  },
  set: (owner, kept) => {
    try {
      if (kept) localStorage.setItem(hint.name(owner), "");
      else localStorage.removeItem(hint.name(owner));
    } catch {
      // without it every page waits for the database
    }
  },
};

/**
 * One leader's entries. `durable` says whether the last write reached the disk; where it doesn't (blocked, full), the
 * text lives in the page alone, and whoever asks must say so.
 */
export class Journal {
  durable = true;
  #owner;
  #ready;
  #key = null;
  #database = null;
  #counter = 0;

  /** The journal of `owner`. `journalKey` is base64 of 32 bytes. Without storage it is not durable. */
  constructor(owner, journalKey) {
    this.#owner = owner;
    this.#ready = this.#open(journalKey);
  }

  /** Whether there may be entries. A browser that was killed may have forgotten; they come back all the same. */
  get promising() {
    return hint.get(this.#owner);
  }

  async #open(journalKey) {
    try {
      const opening = within(openDatabase(), WAIT);
      const importing = crypto.subtle.importKey("raw", bytes(journalKey), "AES-GCM", false, ["encrypt", "decrypt"]);
      const [database, key] = await Promise.all([opening, importing]);
      this.#key = key;
      this.#database = database;
    } catch {
      this.durable = false;
    }
  }

  /** Every readable entry of the owner, oldest first: {gathering, key, slot, step, content}. */
  async entries() {
    await this.#ready;
    if (!this.#database) return [];
    const rows = await transact(this.#database, "readonly", (store) => store.getAll(this.#own)).catch(() => null);
    if (!rows) return [];
    if (!rows.length) hint.set(this.#owner, false);
    this.#counter = Math.max(this.#counter, ...rows.map((row) => row.counter));
    const read = await Promise.all(rows.map((row) => this.#opened(row)));
    return read.filter((entry) => entry !== null).sort((one, other) => one.counter - other.counter);
  }

  /** Keep `content` (anything JSON can hold) at `place` ({gathering, key, slot, step}); whether it is on the disk now. */
  async put(place, content) {
    hint.set(this.#owner, true);
    this.durable = await this.#attempt(async () => {
      const row = await this.#sealed(place, content);
      await transact(this.#database, "readwrite", (store) => store.put(row));
    });
    return this.durable;
  }

  /** Forget the entry at `place`. */
  async remove({ gathering, key, slot }) {
    const id = [this.#owner, gathering, key, slot];
    let left = 1;
    const forget = (store) => {
      store.delete(id);
      store.count(this.#own).onsuccess = ({ target }) => (left = target.result);
    };
    const forgotten = await this.#attempt(() => transact(this.#database, "readwrite", forget));
    if (left === 0) hint.set(this.#owner, false);
    return forgotten;
  }

  /** Move an entry to another slot; false if someone else took it first. */
  async take(entry, slot) {
    const from = [this.#owner, entry.gathering, entry.key, entry.slot];
    let taken = false;
    const move = (store) => {
      const request = store.get(from);
      request.onsuccess = () => {
        if (!request.result) return;
        taken = true;
        store.delete(from);
        store.put({ ...request.result, slot });
      };
    };
    const moved = await transact(this.#database, "readwrite", move).then(() => true, () => false);
    return moved && taken;
  }

  /** The keys of the owner's entries. */
  get #own() {
    return IDBKeyRange.bound([this.#owner], [this.#owner, []]);
  }

  async #attempt(work) {
    await this.#ready;
    if (!this.#database) return false;
    try {
      await within(work(), WAIT);
      return true;
    } catch {
      return false;
    }
  }

  async #sealed({ gathering, key, slot, step }, content) {
    const place = { owner: this.#owner, gathering, key, slot };
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(content));
    const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: label(place) }, this.#key, plain);
    // The counter orders entries; the time is only for people, since device clocks are wrong.
    return { ...place, step, counter: ++this.#counter, time: Date.now(), iv, box };
  }

  async #opened(row) {
    try {
      const method = { name: "AES-GCM", iv: row.iv, additionalData: label(row) };
      const plain = await crypto.subtle.decrypt(method, this.#key, row.box);
      const content = JSON.parse(new TextDecoder().decode(plain));
      return { gathering: row.gathering, key: row.key, slot: row.slot, step: row.step, counter: row.counter, content };
    } catch {
      return null; // sealed under an earlier key: it stays where it is
    }
  }
}
