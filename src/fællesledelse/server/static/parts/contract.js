/**
 * The group's contract: what is proposed, what stands, who has said yes, and a place to word it anew.
 *
 * What a leader types goes to the leader's own fields, saved like every text, and is nobody else's before it is proposed.
 */
import { button, node, proseAbove } from "../dom.js";
import { ask, Unreachable } from "../http.js";
import { Editor } from "./contract-editor.js";
import { SWITCHES, switchWords, terms, unsettled } from "./contract-text.js";
import { renew, say } from "./draw.js";

const AWAY = "Der er ingen forbindelse lige nu. Dine ord står her stadig. Prøv igen om lidt.";
let serial = 0;

/** "Anna", "Anna og Bent", "Anna, Bent og Carla". */
function list(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} og ${names.at(-1)}`;
}

function stateWords({ contract, called, place }, may) {
  if (!contract && !may) return unsettled({ place });
  if (!contract) return "I har ikke aftalt noget endnu. Læs forslaget højt, og ret det sammen. En af jer foreslår det så for gruppen.";
  if (contract.in_force) return `${called} gælder. I har alle sagt ja.`;
  const by = contract.mine && contract.accepted.length === 1 ? "Du har foreslået denne ordlyd." : `${contract.by} har foreslået denne ordlyd.`;
  return `${by} ${called} gælder, når alle har sagt ja.`;
}

function whoWords({ contract }) {
  if (!contract) return "";
  const said = `Har sagt ja: ${list(contract.accepted)}.`;
  return contract.missing.length ? `${said} Mangler: ${list(contract.missing)}.` : "";
}

/** By whole name and address, since whoever keeps the list of the cohort can give anyone a known name. */
function peopleWords({ contract, members }) {
  if (contract?.in_force) return "";
  return `I gruppen er ${list(members.map(({ whole, email }) => `${whole} (${email})`))}. Er der en, du ikke kender, så spørg, før du siger ja.`;
}

/** One change, the old wording first. Which is which is said in words too. */
function change(title, before, now) {
  const line = (tag, label, text) => node("p", { dir: "auto" }, node("span", { class: "contract-label" }, label), node(tag, {}, text || "(ingenting)"));
  return [node("dt", {}, title), node("dd", {}, line("del", "Før: ", before), line("ins", "Nu: ", now))];
}

/** What is another than in the wording before, as terms; null where there is nothing to hold against. */
function changes(points, { before, texts, switches, in_force: settled }) {
  if (settled || !before?.texts || !texts) return null;
  const words = points.filter(({ part }) => before.texts[part] !== texts[part]).flatMap(({ part, title }) => change(title, before.texts[part], texts[part]));
  const names = Object.keys(SWITCHES).filter((name) => before.switches[name] !== switches[name]);
  const turned = names.flatMap((name) => change(SWITCHES[name].title, SWITCHES[name][before.switches[name] ? "on" : "off"], SWITCHES[name][switches[name] ? "on" : "off"]));
  const all = [...words, ...turned];
  if (!all.length) return node("p", {}, "Ordlyden er den samme som før. I siger ja igen, fordi gruppen er en anden.");
  return node("details", { class: "contract-changes", open: true }, node("summary", {}, "Det er ændret"), node("dl", { class: "contract-terms" }, ...all));
}

class Contract {
  #element;
  #client;
  #told = null;
  #editor = null;
  #proposal;
  #may;
  #parts;

  constructor(element, client) {
    this.#element = element;
    this.#client = client;
    this.#may = Boolean(element.dataset.parts);
    this.#proposal = this.#may ? [...(proseAbove(element)?.querySelectorAll("ul") ?? [])].at(-1) : null;
    this.#parts = this.#build();
    element.replaceChildren(this.#parts.whole);
  }

  #build() {
    const p = {
      state: node("p", { class: "contract-state", role: "status" }, "Hentes …"),
      wording: node("div", { class: "contract-wording" }),
      who: node("p", { class: "contract-who" }),
      people: node("p", { class: "contract-who contract-people" }),
      unseen: node("div", { class: "contract-unseen", hidden: true }),
      note: node("p", { class: "room-note", role: "status", hidden: true }),
      yes: button("Jeg siger ja", () => this.#accept(), "primary"),
      edit: button("Ret", () => this.#edit()),
      place: node("div", { class: "contract-editor", hidden: true }),
    };
    p.unseenText = node("p", {});
    p.show = button("", () => this.#showAgain());
    p.unseen.append(p.unseenText, p.show);
    const buttons = node("div", { class: "room-buttons", hidden: true }, p.yes, p.edit);
    p.whole = node("section", { class: "contract", "aria-label": "Gruppens aftale" }, p.state, p.wording, p.who, p.people, p.unseen, p.note, buttons, p.place);
    p.buttons = buttons;
    return p;
  }

  load() {
    return this.#talk("GET", "contract");
  }

  /** Resolves to whether the server did as asked. */
  async #talk(method, path, body) {
    try {
      const { status, data } = await ask(method, `/api/${encodeURIComponent(this.#client.gathering)}/${path}`, { body, person: this.#client.person });
      if (status === 401) this.#client.connection.signedOut();
      if (data?.points) this.#take(data);
      else if (!this.#told) say(this.#parts.state, data?.message ?? AWAY);
      if (status !== 200 && this.#told) say(this.#parts.note, data?.message ?? AWAY);
      return status === 200;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (method !== "GET") say(this.#parts.note, AWAY);
      return false;
    }
  }

  #take(told) {
    this.#told = told;
    this.#draw();
    this.#editor?.compare(this.#standing(), Boolean(told.contract));
  }

  /** The wording to begin from: the group's, else the page's. */
  #standing() {
    const { contract, points } = this.#told;
    return contract?.texts ?? Object.fromEntries(points.map(({ part, text }) => [part, text]));
  }

  #draw() {
    const { contract, points } = this.#told;
    const p = this.#parts;
    this.#proposal?.classList.toggle("fl-moved", Boolean(contract));
    say(p.state, stateWords(this.#told, this.#may));
    p.state.dataset.state = !contract ? "none" : contract.in_force ? "force" : "waiting";
    renew(p.wording, contract, () => (contract ? this.#wording(contract, points) : []));
    say(p.who, whoWords(this.#told));
    say(p.people, peopleWords(this.#told));
    this.#drawUnseen(contract);
    p.yes.hidden = !contract || contract.mine || !contract.texts;
    p.edit.hidden = !this.#may || Boolean(this.#editor);
    say(p.edit, p.edit.hidden ? "" : contract ? "Ret" : "Ret og foreslå");
    p.buttons.hidden = p.yes.hidden && p.edit.hidden;
  }

  #wording(contract, points) {
    if (!contract.texts) return [node("p", {}, `${this.#told.called} er fra, før du kom med. Bed en af de andre om at vise dig ordlyden. Så bliver I alle spurgt igen.`)];
    return [changes(points, contract), terms(points, contract.texts), switchWords(contract.switches)].filter(Boolean);
  }

  #drawUnseen(contract) {
    const names = contract?.texts ? contract.unseen : [];
    const p = this.#parts;
    p.unseen.hidden = !names.length;
    say(p.unseenText, names.length ? `${list(names)} er ny i gruppen og kan ikke læse ordlyden endnu. Viser du den, siger I alle ja igen.` : "");
    say(p.show, names.length ? `Vis ${list(names)} ${this.#told.called.toLowerCase()}` : "");
  }

  async #accept() {
    say(this.#parts.note, "");
    if (await this.#talk("POST", "contract/accept", { number: this.#told.contract.number })) this.#settle();
  }

  async #showAgain() {
    const { number, texts, switches } = this.#told.contract;
    say(this.#parts.note, "");
    if (await this.#talk("PUT", "contract", { base: number, texts, switches })) this.#settle();
  }

  #edit() {
    const { contract } = this.#told;
    const words = Object.fromEntries(Object.entries(SWITCHES).filter(([name]) => this.#told.switches.includes(name)));
    this.#editor ??= new Editor(this.#client, this.#told, contract?.switches, words, `contract-${++serial}`, {
      propose: (texts, switches) => this.#propose(texts, switches),
      cancel: () => this.#shut(),
    });
    this.#parts.place.replaceChildren(this.#editor.element);
    this.#parts.place.hidden = false;
    this.#editor.fill(this.#standing(), Boolean(contract));
    this.#draw();
    this.#editor.focus();
  }

  async #propose(texts, switches) {
    say(this.#parts.note, "");
    const base = this.#told.contract?.number ?? 0;
    if (await this.#talk("PUT", "contract", { base, texts, switches })) this.#shut();
    else this.#parts.note.scrollIntoView({ block: "center" });
  }

  #shut() {
    this.#editor?.close();
    this.#editor = null;
    this.#parts.place.hidden = true;
    this.#parts.place.replaceChildren();
    this.#draw();
    this.#settle();
  }

  /** Who pressed a button that is gone now, goes on from what stands. */
  #settle() {
    this.#parts.state.tabIndex = -1;
    this.#parts.state.focus();
  }
}

export function mount(element, client, live) {
  const contract = new Contract(element, client);
  live.addEventListener("changed", () => contract.load());
  contract.load();
}
