/** What a room looks like on a page. Built once, and then only brought in step, so that focus and folds stay. */
import { button, node } from "../dom.js";
import { fillContract } from "./contract-text.js";
import { renew, say } from "./draw.js";
import { Table } from "./room-table.js";
import { clock, hours, minutes, over } from "./time.js";

let serial = 0;

/** "Annas", "Jens’". */
function whose(name) {
  return /[sxz]$/i.test(name) ? `${name}’` : `${name}s`;
}

/** Whose turn it is, as it stands above the title. */
function turnOf(phase) {
  return phase?.turn ? `${whose(phase.turn)} tur` : "";
}

function nextWords(state) {
  const next = state.phases[state.phase + 1];
  if (!next) return state.phase < state.phases.length ? "Bagefter er I færdige." : "";
  const turn = next.turn && next.turn !== state.phases[state.phase]?.turn ? ` (${turnOf(next)})` : "";
  return `${state.phase < 0 ? "Først" : "Bagefter"}: ${next.title}${turn}, ${minutes(next.minutes)}`;
}

function titleOf(state) {
  if (state.phase < 0) return "I er ikke begyndt endnu";
  return state.phases[state.phase]?.title ?? "I er færdige for i dag";
}

function textOf(state) {
  const whole = state.phases.reduce((sum, phase) => sum + phase.minutes, 0);
  if (state.phase < 0) return `Når I er klar, begynder en af jer, og alle får det samme ur. Det hele tager ${hours(whole)}.`;
  return state.phases[state.phase]?.text ?? "Tak for i dag. Rummet bliver stående, til I mødes igen.";
}

function sheetItem({ title, turn, minutes: size }, now) {
  const words = node("span", {}, turn ? `${title} · ${turn}` : title);
  return node("li", now ? { "aria-current": "step" } : {}, words, node("span", { class: "room-minutes" }, minutes(size)));
}

export class View {
  #room;
  #root;
  #parts;
  #table;
  #shut = node("p", { class: "room-shut", role: "status" }, "Rummet gøres klar …");
  #announced = null;
  #late = false;
  #begun = null;

  constructor(element, room) {
    this.#room = room;
    const p = this.#build();
    this.#parts = p;
    this.#root = node("section", { class: "room", "aria-labelledby": p.title.id, hidden: true });
    this.#root.append(p.down, p.now, p.lead, p.folds, p.live);
    this.#table = new Table(room, (verb, more) => this.#act(verb, more));
    element.replaceChildren(this.#shut, this.#root);
    room.addEventListener("change", () => this.#draw());
    room.addEventListener("tick", () => this.#tick());
    room.addEventListener("said", ({ detail }) => say(p.note, detail));
    room.addEventListener("shut", ({ detail }) => this.#close(detail));
  }

  #build() {
    const id = `room-${++serial}`;
    const p = {
      down: node("p", { class: "room-down", hidden: true }),
      turn: node("p", { class: "room-turn" }),
      title: node("h3", { class: "room-title", id, tabindex: "-1" }),
      time: node("p", { class: "room-time", role: "timer", "aria-live": "off" }),
      left: node("p", { class: "room-left" }),
      bar: node("div", { class: "room-bar", "aria-hidden": "true" }),
      text: node("p", { class: "room-text" }),
      mine: node("div", { class: "room-mine" }),
      roles: node("ul", { class: "room-roles", "aria-label": "Roller lige nu" }),
      next: node("p", { class: "room-next" }),
      who: node("p", { class: "room-who" }),
      note: node("p", { class: "room-note", role: "status", hidden: true }),
      live: node("p", { class: "sr-only", "aria-live": "polite" }),
      order: node("ol", { class: "room-order" }),
      sheet: node("ol", { class: "room-sheet" }),
    };
    p.now = node("div", { class: "room-now" }, p.bar, p.turn, p.title, p.time, p.left, p.text, p.mine, p.roles, p.next);
    p.lead = this.#buildLead(p);
    p.folds = this.#buildFolds(p);
    return p;
  }

  #buildLead(p) {
    const go = (step) => () => this.#act("go", { phase: this.#room.state.phase + step });
    p.begin = button("Begynd", () => this.#act("start"), "primary");
    p.forward = button("", go(1), "primary");
    p.back = button("Tilbage", go(-1));
    p.pause = button("Pause", () => this.#act(this.#room.state.running ? "pause" : "resume"));
    p.extend = button("+ 1 minut", () => this.#act("extend"));
    p.buttons = node("div", { class: "room-buttons", role: "group", "aria-label": "Uret" }, p.begin, p.forward, p.pause, p.extend, p.back);
    p.take = button("Jeg passer uret", () => this.#confirm(true));
    p.sure = this.#buildSure(p);
    p.here = button("Jeg er kommet", () => this.#arrive());
    return node("div", { class: "room-lead" }, p.note, p.buttons, node("div", { class: "room-keeper" }, p.who, p.take, p.here), p.sure);
  }

  #buildSure(p) {
    p.ask = node("p", { id: `room-ask-${++serial}` });
    const yes = button("Ja, jeg tager over", () => (this.#confirm(false), this.#act("chair", { chair: this.#room.me })), "primary");
    const no = button("Nej", () => this.#confirm(false));
    return node("div", { class: "room-sure", role: "group", "aria-labelledby": p.ask.id, hidden: true }, p.ask, node("div", { class: "room-buttons" }, yes, no));
  }

  #buildFolds(p) {
    p.orderFold = node("details", { class: "room-fold" }, node("summary", {}, "Rækkefølgen i dag"), p.orderHint = node("p", { class: "room-small" }), p.order);
    const sheet = node("details", { class: "room-fold" }, node("summary", {}, "Hele drejebogen"), p.sheet);
    p.onTable = button(this.#room.group ? "Vis stort" : "Læg på bordet", () => this.#table.open());
    const card = node("a", { class: "room-card", href: this.#cardAddress() }, "Drejebogen på papir");
    const screens = node("div", { class: "room-screens" }, p.onTable, card);
    p.contract = this.#room.group ? null : this.#contractFold();
    return node("div", { class: "room-folds" }, screens, p.orderFold, sheet, p.contract);
  }

  #contractFold() {
    const place = node("div", {});
    const fold = node("details", { class: "room-fold" }, node("summary", {}, "Det har vi aftalt"), place);
    fold.addEventListener("toggle", () => fold.open && fillContract(place, this.#room.client));
    return fold;
  }

  #cardAddress() {
    const { gathering, stepName } = this.#room.client;
    return `/hold/${encodeURIComponent(gathering)}/${encodeURIComponent(stepName)}/kort`;
  }

  #close(words) {
    this.#root.hidden = true;
    say(this.#shut, words);
  }

  async #act(verb, more) {
    const pressed = document.activeElement;
    say(this.#parts.note, "");
    await this.#room.act(verb, more);
    // who pressed a button that is gone now, goes on from the phase's title
    if (this.#root.isConnected && !this.#table.shown && !pressed?.checkVisibility()) this.#parts.title.focus();
  }

  #confirm(wanted) {
    const p = this.#parts;
    const { state } = this.#room;
    if (wanted && !state.chair) return this.#act("chair", { chair: this.#room.me });
    p.sure.hidden = !wanted;
    p.take.hidden = wanted;
    const who = this.#room.name(state.chair);
    say(p.ask, `${who} passer uret nu. Har I aftalt det, eller er ${who} gået, så tag over. Alle kan se, at det er dig.`);
    (wanted ? p.sure.querySelector("button") : p.take).focus();
  }

  #arrive() {
    const order = this.#room.state.order.map(({ id }) => id);
    this.#act("order", { order: [...order, this.#room.me] });
  }

  #draw() {
    const { state, phase } = this.#room;
    const p = this.#parts;
    this.#shut.hidden = true;
    this.#root.hidden = false;
    this.#root.dataset.state = state.phase < 0 ? "before" : phase ? (state.running ? "running" : "paused") : "over";
    say(p.turn, turnOf(phase));
    say(p.title, titleOf(state));
    say(p.text, textOf(state));
    say(p.next, nextWords(state));
    this.#drawMine(state);
    this.#drawLead(state, phase);
    this.#drawBar(state);
    this.#drawFolds(state);
    this.#table.draw();
    this.#tick();
    this.#announce(state, phase);
  }

  #drawMine(state) {
    const p = this.#parts;
    const role = state.my_role;
    p.mine.hidden = !role;
    if (role) renew(p.mine, role, () => [node("p", { class: "room-kicker" }, "Din rolle nu"), node("p", {}, node("strong", {}, `${role.role}. `), role.text)]);
    const me = this.#room.name(this.#room.me);
    const others = (this.#room.phase?.cues ?? []).filter(({ names }) => names.some((name) => name !== me));
    renew(p.roles, [others, role], () => others.map((each) => this.#roleItem(each, role)));
    p.roles.hidden = !others.length;
  }

  #roleItem({ role, names, text }, mine) {
    const shown = mine?.role === role ? null : node("span", { class: "room-role-text" }, text);
    return node("li", {}, node("strong", {}, `${role}: `), names.join(" og "), shown);
  }

  #drawLead(state, phase) {
    const p = this.#parts;
    const present = state.order.some(({ id }) => id === this.#room.me);
    p.buttons.hidden = !state.may_lead;
    say(p.begin, state.phase < 0 ? "Begynd" : "Begynd forfra");
    p.begin.hidden = Boolean(phase);
    say(p.forward, state.phase + 1 < state.phases.length ? `Næste: ${state.phases[state.phase + 1].title}` : "Slut for i dag");
    p.forward.hidden = !phase;
    p.back.hidden = state.phase < 0;
    say(p.pause, state.running ? "Stands uret" : "Lad uret gå");
    p.pause.hidden = p.extend.hidden = !phase;
    say(p.who, this.#whoWords(state));
    p.take.hidden = Boolean(this.#room.group) || state.chair === this.#room.me || !p.sure.hidden || (state.phase < 0 && !state.chair);
    if (state.chair === this.#room.me) p.sure.hidden = true;
    p.here.hidden = Boolean(this.#room.group) || present;
    const elsewhere = state.table && state.table !== this.#room.me;
    say(p.down, elsewhere ? `Skærme ned. Uret ligger hos ${this.#room.name(state.table)}.` : "");
  }

  #whoWords(state) {
    if (state.chair === this.#room.me) return "Du passer uret. De andre ser det samme som dig.";
    if (state.chair) return `${this.#room.name(state.chair)} passer uret.`;
    if (state.keepers.length) return `${state.keepers.join(" og ")} passer uret i dag.`;
    return this.#room.group ? "Ingen i gruppen passer uret endnu." : "Ingen passer uret endnu. Den, der begynder, gør det.";
  }

  #drawBar(state) {
    const places = state.phases.map((_, number) => ["done", "now", "later"][Math.sign(number - state.phase) + 1]);
    renew(this.#parts.bar, [places, state.phases.map((phase) => phase.minutes)], () =>
      places.map((place, number) => {
        const mark = node("span", { class: `room-mark room-mark--${place}` });
        mark.style.flexGrow = state.phases[number].minutes; // set by script, which the policy allows; in markup it would not be
        return mark;
      }),
    );
  }

  #drawFolds(state) {
    const p = this.#parts;
    renew(p.sheet, [state.phases, state.phase], () => state.phases.map((phase, number) => sheetItem(phase, number === state.phase)));
    say(p.orderHint, state.may_lead ? "Flyt om, og fjern den, der ikke er her i dag. Drejebogen følger med." : "Den, der passer uret, kan flytte om.");
    renew(p.order, [state.order, state.members, state.may_lead, state.chair, state.phase], () => this.#orderItems(state));
    if (p.contract) p.contract.hidden = !state.contract;
    if (this.#begun !== state.phase >= 0) p.orderFold.open = state.phase < 0;
    this.#begun = state.phase >= 0;
  }

  #orderItems(state) {
    const there = state.order.map(({ id }) => id);
    const had = new Set(state.phases.slice(0, state.phase + 1).map(({ turn }) => turn));
    const away = state.members.filter(({ id }) => !there.includes(id));
    return [...state.order.map((person, place) => this.#orderItem(state, there, had, person, place)), ...away.map((person) => this.#awayItem(state, there, person))];
  }

  /** `had`: the names of those whose turn has come. */
  #orderItem(state, there, had, { id, name }, place) {
    const item = node("li", {}, node("span", { class: "room-name" }, name));
    const free = state.may_lead && !had.has(name);
    if (free && place > 0 && !had.has(state.order[place - 1].name)) {
      const moved = there.with(place, there[place - 1]).with(place - 1, id);
      item.append(this.#small("Ryk frem", name, "order", { order: moved }));
    }
    if (free && there.length > 2) item.append(this.#small("Ikke her i dag", name, "order", { order: there.filter((each) => each !== id) }));
    if (state.chair === this.#room.me && id !== this.#room.me) item.append(this.#small("Giv uret videre", `til ${name}`, "chair", { chair: id }));
    return item;
  }

  #awayItem(state, there, { id, name }) {
    const item = node("li", { class: "room-away" }, node("span", { class: "room-name" }, `${name} er her ikke i dag`));
    if (state.may_lead) item.append(this.#small("Er kommet", name, "order", { order: [...there, id] }));
    return item;
  }

  #small(words, whom, verb, more) {
    const said = node("span", { class: "sr-only" }, ` ${whom}`);
    return node("button", { type: "button", class: "function-link room-small-button", click: () => this.#act(verb, more) }, words, said);
  }

  #tick() {
    const { phase, left, state } = this.#room;
    const p = this.#parts;
    const late = phase ? over(left) : "";
    say(p.time, phase ? late || clock(left) : "");
    p.time.classList.toggle("room-time--words", Boolean(late));
    const size = phase ? minutes(phase.minutes) : "";
    say(p.left, !phase ? "" : !state.running ? "Uret står stille" : late ? "Gør jer færdige i ro" : `tilbage af ${size}`);
    this.#table.tick();
    if (late && !this.#late && state.running) say(p.live, `Tiden er gået for ${phase.title}.`);
    this.#late = Boolean(late);
  }

  /** Says a new phase once, for those who listen to the page. */
  #announce(state, phase) {
    const now = `${state.phase} ${state.running}`;
    if (now === this.#announced) return;
    const first = this.#announced === null;
    this.#announced = now;
    if (first) return;
    const role = state.my_role ? `Din rolle: ${state.my_role.role}.` : "";
    const still = phase && !state.running ? "Uret står stille." : "";
    const size = phase ? `${minutes(phase.minutes)}.` : "";
    say(this.#parts.live, [`${titleOf(state)}.`, turnOf(phase) && `${turnOf(phase)}.`, size, still, role].filter(Boolean).join(" "));
  }
}
