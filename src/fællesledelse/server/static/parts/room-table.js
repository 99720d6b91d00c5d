/** One device in the middle of the table: phase, turn and time for all, readable at two metres. The other screens are down. */
import { button, node } from "../dom.js";
import { say } from "./draw.js";
import { clock, minutes, over } from "./time.js";

const STILL_HERE = 15_000;

/** The whole screen where it may be had; else the view fills the window all the same. */
async function fullScreen() {
  try {
    await document.documentElement.requestFullscreen?.({ navigationUI: "hide" });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

export class Table {
  #room;
  #dialog;
  #parts;
  #saying = null;
  #lock = null;

  /** `act(verb, more)` asks the server to do something. */
  constructor(room, act) {
    this.#room = room;
    const p = {
      turn: node("p", { class: "table-turn" }),
      title: node("h2", { class: "table-title" }),
      time: node("p", { class: "table-time", role: "timer", "aria-live": "off" }),
      roles: node("p", { class: "table-roles" }),
      next: node("p", { class: "table-next" }),
      forward: button("Næste", () => act("go", { phase: room.state.phase + 1 }), "primary"),
      pause: button("", () => act(room.state.running ? "pause" : "resume")),
    };
    this.#parts = p;
    const lift = button(room.group ? "Luk" : "Tag op fra bordet", () => this.#dialog.close());
    const foot = node("div", { class: "table-foot" }, p.forward, p.pause, lift);
    this.#dialog = node("dialog", { class: "table", "aria-label": "Uret på bordet", close: () => this.#closed() }, p.turn, p.title, p.time, p.roles, p.next, foot);
    document.addEventListener("fullscreenchange", () => document.fullscreenElement || this.#dialog.close());
    document.addEventListener("visibilitychange", () => this.shown && document.visibilityState === "visible" && this.#stayAwake());
    addEventListener("pagehide", () => this.shown && this.#lift());
  }

  get shown() {
    return this.#dialog.open;
  }

  async open() {
    await fullScreen();
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.draw();
    this.tick();
    this.#stayAwake();
    if (this.#room.group) return;
    this.#room.act("table");
    this.#saying = setInterval(() => this.#room.act("table"), STILL_HERE);
  }

  draw() {
    if (!this.shown) return;
    const { state, phase, group, me } = this.#room;
    const p = this.#parts;
    if (!group && state.table && state.table !== me) return this.#dialog.close(); // someone else has put theirs there
    say(p.turn, phase?.turn ?? "");
    say(p.title, phase?.title ?? (state.phase < 0 ? "Klar, når I er" : "Tak for i dag"));
    say(p.roles, (phase?.cues ?? []).filter(({ names }) => names.length).map(({ role, names }) => `${role}: ${names.join(" og ")}`).join("\u00A0· "));
    const next = state.phases[state.phase + 1];
    say(p.next, next ? `${state.phase < 0 ? "Først" : "Bagefter"}: ${next.title}, ${minutes(next.minutes)}` : "");
    p.forward.hidden = !state.may_lead || state.phase >= state.phases.length;
    say(p.pause, !phase || !state.may_lead ? "" : state.running ? "Stands uret" : "Lad uret gå");
  }

  tick() {
    if (!this.shown) return;
    const { phase, left, state } = this.#room;
    const late = phase ? over(left) : "";
    const words = late || (phase ? clock(left) : "");
    say(this.#parts.time, phase && !state.running ? `${words} · står stille` : words);
    this.#parts.time.classList.toggle("table-time--words", Boolean(late) || Boolean(phase && !state.running));
  }

  /** A screen that sleeps tells nobody the time. Where the browser can't keep it awake, the device's own setting rules. */
  async #stayAwake() {
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }

  #closed() {
    this.#lift();
    this.#lock?.release();
    this.#lock = null;
    if (document.fullscreenElement) document.exitFullscreen();
    this.#dialog.remove();
  }

  #lift() {
    clearInterval(this.#saying);
    if (!this.#room.group && this.#saying) this.#room.act("lift");
    this.#saying = null;
  }
}
