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

/**
 * One leader's entries. `durable` says whether the last write reached the disk; where it doesn't (blocked, full), the
 * text lives in the page alone, and whoever asks must say so.
 */
export class Journal {
  durable = true;
  #owner;
  #key;
  #database = null;
  #counter = 0;

  constructor(owner, key, database) {
    this.#owner = owner;
    this.#key = key;
    this.#database = database;
    this.durable = database !== null;
  }

  /** The journal of `owner`. `journalKey` is base64 of 32 bytes. Never fails: without storage it is not durable. */
  static async open(owner, journalKey) {
    try {
      const opening = within(openDatabase(), WAIT);
      const importing = crypto.subtle.importKey("raw", bytes(journalKey), "AES-GCM", false, ["encrypt", "decrypt"]);
      const [database, key] = await Promise.all([opening, importing]);
      return new Journal(owner, key, database);
    } catch {
      return new Journal(owner, null, null);
    }
  }

  /** Every readable entry of the owner, oldest first: {gathering, key, slot, step, content}. */
  async entries() {
    if (!this.#database) return [];
    const range = IDBKeyRange.bound([this.#owner], [this.#owner, []]);
    const rows = await transact(this.#database, "readonly", (store) => store.getAll(range)).catch(() => []);
    this.#counter = Math.max(this.#counter, ...rows.map((row) => row.counter));
    const read = await Promise.all(rows.map((row) => this.#opened(row)));
    return read.filter((entry) => entry !== null).sort((one, other) => one.counter - other.counter);
  }

  /** Keep `content` (anything JSON can hold) at `place` ({gathering, key, slot, step}); whether it is on the disk now. */
  async put(place, content) {
    this.durable = await this.#attempt(async () => {
      const row = await this.#sealed(place, content);
      await transact(this.#database, "readwrite", (store) => store.put(row));
    });
    return this.durable;
  }

  /** Forget the entry at `place`. */
  async remove({ gathering, key, slot }) {
    const id = [this.#owner, gathering, key, slot];
    return this.#attempt(() => transact(this.#database, "readwrite", (store) => store.delete(id)));
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

  async #attempt(work) {
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
