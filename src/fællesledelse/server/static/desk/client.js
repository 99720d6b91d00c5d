/** What the parts of a facilitator's page share: the way to the server, and how they tell what goes on. */
import { node } from "../dom.js";

const AWAY = "Serveren svarer ikke lige nu. Se efter, om du har net, og prøv igen.";

/** The server said no, or there is no answer. `message` is Danish; `data` is what the server said, or null. */
export class Refusal extends Error {
  constructor(message, data = null) {
    super(message);
    this.data = data;
  }
}

async function answered(request) {
  try {
    return await request;
  } catch {
    throw new Refusal(AWAY);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Dispatches "cohort" with what is in use and what waits, when one of the parts has changed it. */
export class Desk extends EventTarget {
  now = null;

  constructor({ gathering, person }) {
    super();
    this.gathering = gathering;
    this.person = person;
  }

  /** Tell every part how the cohort is now. */
  async changed() {
    this.now = await this.get("cohort");
    this.dispatchEvent(new CustomEvent("cohort", { detail: this.now }));
  }

  /** Call `hear` with how the cohort is: at once where that is known, and each time it has changed. */
  watch(hear) {
    this.addEventListener("cohort", ({ detail }) => hear(detail));
    if (this.now) hear(this.now);
  }

  get(path) {
    return this.send("GET", path);
  }

  post(path, body = {}) {
    return this.send("POST", path, body);
  }

  /** Resolves to what the server says, parsed. `body` is JSON, or a file as it is. Throws Refusal. */
  async send(method, path, body) {
    const response = await answered(this.#request(method, path, body));
    const data = parsed(await answered(response.text()));
    if (response.status === 401) location.reload();
    if (!response.ok) throw new Refusal(data?.message ?? AWAY, data);
    return data;
  }

  /**
   * Like `send`, for an answer that comes line by line: `hear(line)` is called with each. Resolves to the last.
   * A line with a `message` is a refusal that came on the way.
   */
  async follow(method, path, body, hear) {
    const response = await answered(this.#request(method, path, body));
    if (!response.ok) throw new Refusal(parsed(await answered(response.text()))?.message ?? AWAY);
    let last = null;
    for await (const line of lines(response.body)) {
      last = line;
      if (line.message) throw new Refusal(line.message, line);
      hear(line);
    }
    if (!last) throw new Refusal(AWAY);
    return last;
  }

  /** Fetch a file into the browser's downloads. */
  download(path) {
    location.assign(this.address(path));
  }

  address(path) {
    return `/api/${encodeURIComponent(this.gathering)}/${path}`;
  }

  #request(method, path, body) {
    const bytes = body instanceof Blob;
    const headers = { Accept: "application/json", "X-Person": this.person };
    if (body !== undefined) headers["Content-Type"] = bytes ? "application/octet-stream" : "application/json";
    const content = body === undefined || bytes ? body : JSON.stringify(body);
    return fetch(this.address(path), { method, headers, body: content, cache: "no-store", credentials: "same-origin", redirect: "error" });
  }
}

async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await answered(reader.read());
    rest += value ?? "";
    const whole = rest.split("\n");
    rest = whole.pop();
    for (const line of whole) yield JSON.parse(line);
    if (done) return;
  }
}

/** A line that tells how it went, read aloud by a screen reader: `say(text)`, `fail(text)`, `clear()`. */
export function status() {
  const element = node("p", { class: "desk-status", role: "status" });
  const set = (text, failed) => {
    element.textContent = text;
    element.classList.toggle("desk-status--failed", failed);
  };
  return { element, say: (text) => set(text, false), fail: (text) => set(text, true), clear: () => set("", false) };
}

/** A bar with how far it is in words: `show(done, total, words)`, `hide()`. */
export function progress(label) {
  const bar = node("progress", { class: "desk-progress-bar", "aria-label": label });
  const words = node("span", { class: "desk-progress-words" });
  const element = node("div", { class: "desk-progress", hidden: true }, bar, words);
  const show = (done, total, text) => {
    element.hidden = false;
    bar.max = total;
    bar.value = done;
    words.textContent = text;
  };
  return { element, show, hide: () => (element.hidden = true) };
}

/** Everything that is wrong in a file, a line each. */
export function findings(found) {
  const title = found.length === 1 ? "Én ting skal rettes" : `${found.length} ting skal rettes`;
  return node(
    "div",
    { class: "alert alert-error desk-findings", role: "alert" },
    node("div", { class: "alert-body" }, node("p", { class: "alert-heading" }, title), node("ul", {}, ...found.map((text) => node("li", {}, text)))),
  );
}

/** Follow a build on `bar` (see `progress`). Resolves to the last line. */
export async function followed(desk, bar, method, path, body) {
  let done = 0;
  bar.show(0, 1, "Tjekker …");
  try {
    return await desk.follow(method, path, body, ({ total }) => total && bar.show(++done, total, `${done} af ${total} sider er bygget`));
  } finally {
    bar.hide();
  }
}

/** Do `work` while `button` waits; what goes wrong is said by `told`. Resolves to whether it went well. */
export async function doing(button, told, work) {
  button.disabled = true;
  told.clear();
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    told.fail(error.message);
    return false;
  } finally {
    button.disabled = false;
  }
}
