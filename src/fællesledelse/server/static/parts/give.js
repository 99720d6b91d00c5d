/** Where a leader gives the others of the group sentences: heard at the harvest, a promise as it was heard, words that landed. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { Desk, newId, noteField, Rows, small, words } from "./sharing.js";

const LIMIT = 600;
const ASKS = {
  harvest: { label: (name) => `Til ${name}`, help: "Begynd med »Jeg hørte dig sige …« eller »Det lød, som om det er vigtigt for dig, at …«." },
  promise: { label: (name) => `${name} lovede, at …`, help: "Skriv løftet, som du hørte det, også hvis du er i tvivl." },
  words: { label: (name) => `Ord fra ${name}, der ramte`, help: "Skriv dem så præcist, som de blev sagt. Ingen råd." },
};

export function mount(element, client, live) {
  const { kind, rounds } = element.dataset;
  const view = { hindrance: node("p", { class: "share-hindrance" }), list: node("div", { class: "share-list" }) };
  const desk = new Desk(element, client, live, { path: `gifts/${kind}`, name: "give", draw });
  const numbers = Array.from({ length: Number(rounds ?? 1) }, (_, index) => index + 1);
  const rows = new Rows(view.list, ({ number }) => new Round(desk, kind, number, numbers.length > 1));

  function draw(data) {
    if (!view.list.isConnected) desk.element.append(view.hindrance, view.list);
    say(view.hindrance, data.hindrance);
    const shown = data.allowed || data.given.some(({ withdrawn }) => !withdrawn) ? numbers : [];
    rows.show(shown.map((number) => ({ ...data, number })), ({ number }) => number);
  }
}

/** One round: a place for each of the others. Where there is only one round it needs no fold. */
class Round {
  constructor(desk, kind, number, folded) {
    this.number = number;
    const list = node("div", { class: "share-gifts" });
    const title = node("h3", { class: "share-fold-title" }, `Runde ${number}`);
    this.state = node("span", { class: "share-state" });
    const summary = folded && node("summary", {}, title, this.state);
    this.element = folded ? node("details", { class: "share-fold", open: number === 1 }, summary, list) : list;
    this.rows = new Rows(list, (member) => new Gift(desk, kind, number, member));
  }

  update({ members, given, notes, allowed }) {
    const mine = (id) => given.find((gift) => gift.to.id === id && gift.round === this.number && !gift.withdrawn) ?? null;
    this.rows.show(members.map((member) => ({ ...member, gift: mine(member.id), notes, allowed })), ({ id }) => id);
    const count = members.filter(({ id }) => mine(id)).length;
    say(this.state, count ? `Givet til ${count} af ${members.length}` : "");
  }
}

/** What one person is given in one round: a field while it is written, the sentence when it is given. */
class Gift {
  #desk;
  #key;
  #field = null;
  #now = null;
  element = node("div", { class: "share-gift" });

  constructor(desk, kind, number, { id }) {
    Object.assign(this, { kind, number });
    this.#desk = desk;
    this.#key = `gift.${kind}.${id}.${number}`;
    this.element.dataset.person = id;
  }

  update(member) {
    this.#now = member;
    if (member.gift || !member.allowed) this.#shut();
    else this.#open();
  }

  close() {
    this.#field?.close();
    this.#field = null;
  }

  /** While the field stands, only its answer is brought in step. */
  #open() {
    const { name, notes } = this.#now;
    if (this.#field) return this.#desk.client.admit({ key: this.#key, limit: LIMIT }, notes[this.#key]);
    const { label, help } = ASKS[this.kind];
    this.#field = noteField(this.#desk.client, { key: this.#key, limit: LIMIT, label: label(name), help, lines: 2 }, notes[this.#key]);
    const press = button(`Giv det til ${name}`, () => this.#give(), "primary");
    press.classList.add("share-little");
    delete this.element.dataset.shown;
    return this.element.replaceChildren(this.#field.element, node("div", { class: "share-choices" }, press));
  }

  #shut() {
    this.close();
    const { gift, name } = this.#now;
    renew(this.element, [gift?.id, gift?.text, name], () => (gift ? this.#given(gift, name) : []));
  }

  #given(gift, name) {
    const back = button("Tag det tilbage", () => this.#take(gift));
    back.classList.add("share-little");
    back.setAttribute("aria-label", `Tag det tilbage, du gav ${name}`);
    const foot = node("p", { class: "share-from" }, node("span", {}, `Givet ${this.#desk.client.moment(gift.made_at)}`), back);
    return [node("p", { class: "share-label" }, `Til ${name}`), node("div", { class: "share-item" }, words(gift.text), foot)];
  }

  async #give() {
    const { id, name } = this.#now;
    const note = this.#desk.client.field(this.#key);
    if (!note.text.trim()) return this.#desk.say(`Skriv noget til ${name} først.`);
    if (!(await this.#desk.arrived([this.#key]))) return undefined;
    const body = { to: id, round: this.number, gift_id: newId(), step: this.#desk.client.stepName };
    if (await this.#desk.change("POST", `gifts/${this.kind}`, body)) this.#desk.say(`${name} har fået det.`);
    return undefined;
  }

  async #take(gift) {
    const done = await this.#desk.change("DELETE", `gifts/${this.kind}/${gift.id}`);
    if (done) this.#desk.say(`Du har taget det tilbage. ${this.#now.name} kan ikke læse det mere, og du kan rette i det.`);
  }
}
