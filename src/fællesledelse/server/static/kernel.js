/**
 * The kernel of a page: awake only while the page asks something of it. It is woken by the first message, let go when
 * nothing has been said for a while, and woken anew, unseen, when it is needed again or has died with work undone.
 *
 * Every kernel of a page begins where the page's texts stand and knows the page's widgets by the same ids, so none has
 * to outlive its socket. A kernel hears that a text was saved; the text itself never goes through it.
 */
import { PATIENT, pause } from "./connection.js";

const IDLE = 60_000;
const PATIENCE = 20_000; // from asking for a kernel to its first word
const TRIES = 3; // kernels that may die of the same message

/** What happens to a message on its way: [shell's reply, what is said while it is dealt with], each may be missing. */
function tell(callbacks, message) {
  const { header, channel } = message;
  const listeners = channel === "shell" ? callbacks?.shell : callbacks?.iopub;
  listeners?.[channel === "shell" ? "reply" : header.msg_type]?.(message);
}

const DONE = { channel: "iopub", header: { msg_type: "status" }, content: { execution_state: "idle" } };

export class Kernel {
  /** Whether a widget has asked something. */
  asked = false;
  #base;
  #answers;
  #session = crypto.randomUUID();
  #socket = null;
  #ready = false;
  #attempt = 0;
  #resting = null;
  #retry = null;
  #open = new Map(); // message id → {message, callbacks, tries, sent}: what no kernel has dealt with yet, in order
  #comms = new Map(); // comm id → who hears what the kernel tells it
  #greetings = [];

  /** `base` is the address of the page's kernels, which names the build that the page belongs to. */
  constructor(base, answers) {
    this.#base = base;
    this.#answers = answers;
    answers.connection.addEventListener("change", () => this.#again());
    addEventListener("pagehide", () => this.#rest());
  }

  /** `greeting(kernel)` is called each time a kernel has been woken, before anything else is asked of it. */
  greet(greeting) {
    this.#greetings.push(greeting);
  }

  /** `listener(message)` hears what the kernel tells the comm `id`. */
  listen(id, listener) {
    this.#comms.set(id, listener);
  }

  /** Send `data` to the comm `id` of whichever kernel is there then; returns the message's id. */
  send(id, data, callbacks) {
    const message = this.#message("comm_msg", { comm_id: id, data });
    this.#open.set(message.header.msg_id, { message, callbacks, tries: 0, sent: false });
    if (this.#ready) this.#pass();
    else this.#wake();
    return message.header.msg_id;
  }

  /** Say something to this kernel alone. For greetings, which the next kernel gets its own of. */
  say(kind, content, metadata = {}) {
    this.#socket.send(JSON.stringify({ ...this.#message(kind, content), metadata }));
  }

  #message(kind, content) {
    const header = { msg_id: crypto.randomUUID(), msg_type: kind, session: this.#session, username: "", version: "5.3", date: new Date().toISOString() };
    return { channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] };
  }

  #wake() {
    if (this.#socket || !this.#answers.connection.up) return;
    clearTimeout(this.#retry);
    const address = new URL(`${this.#base}api/kernels/${crypto.randomUUID()}/channels?session_id=${this.#session}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#stir(PATIENCE);
    socket.addEventListener("open", () => socket === this.#socket && this.say("kernel_info_request", {}));
    socket.addEventListener("message", ({ data }) => socket === this.#socket && typeof data === "string" && this.#heard(JSON.parse(data)));
    socket.addEventListener("close", () => socket === this.#socket && this.#lost());
  }

  #heard(message) {
    if (message.header.msg_type === "status" && message.content.execution_state === "dead") return this.#rest();
    if (!this.#ready && message.header.msg_type === "kernel_info_reply") this.#greet();
    if (this.#ready) this.#stir(IDLE);
    if (message.channel === "iopub" && message.header.msg_type === "comm_msg") this.#comms.get(message.content.comm_id)?.(message);
    const asked = this.#open.get(message.parent_header?.msg_id);
    if (!asked) return;
    tell(asked.callbacks, message);
    if (message.header.msg_type === "status" && message.content.execution_state === "idle") this.#open.delete(asked.message.header.msg_id);
  }

  #greet() {
    this.#ready = true;
    this.#attempt = 0;
    for (const greeting of this.#greetings) greeting(this);
    this.#pass();
  }

  #pass() {
    for (const [id, asked] of this.#open) {
      if (asked.sent) continue;
      asked.sent = true;
      asked.tries += 1;
      if (asked.tries > TRIES) this.#giveUp(id, asked);
      else this.#socket.send(JSON.stringify(asked.message));
    }
    this.#stir(IDLE);
  }

  #giveUp(id, { callbacks }) {
    this.#open.delete(id);
    tell(callbacks, DONE);
  }

  /** The kernel may rest if nothing is said for that long. */
  #stir(wait) {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rest(), wait);
  }

  #rest() {
    this.#socket?.close();
    if (this.#socket) this.#lost();
  }

  #lost() {
    const refused = !this.#ready;
    clearTimeout(this.#resting);
    this.#socket = null;
    this.#ready = false;
    for (const asked of this.#open.values()) asked.sent = false;
    if (this.#open.size === 0) return;
    if (refused) this.#answers.refresh(0); // the session may have ended, or the cohort have been built anew
    this.#retry = setTimeout(() => this.#again(), pause(this.#attempt++, PATIENT));
  }

  #again() {
    if (this.#open.size > 0) this.#wake();
  }
}
