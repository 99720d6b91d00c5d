/** The sentences that the others have given, beside own texts where the page asks for it. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { Desk, Rows, small, words } from "./sharing.js";

const EMPTY = {
  harvest: "Her kommer de sætninger, de andre giver dig.",
  promise: "Her kommer dit løfte, som de andre hørte det.",
  words: "Her kommer de ord, de andre lagde mærke til.",
};

export function mount(element, client, live) {
  const { kind, beside = "" } = element.dataset;
  const own = new Beside(client, beside.split(" ").filter(Boolean));
  const list = node("div", { class: "share-gifts" });
  const empty = small(EMPTY[kind]);
  const news = node("p", { class: "share-hidden", role: "status" });
  const side = node("div", { class: "share-side" }, own.keys.length ? node("h3", { class: "share-title" }, "Det hørte de") : null, empty, list);
  const desk = new Desk(element, client, live, { path: `gifts/${kind}`, name: "received", draw });
  const rows = new Rows(list, () => new Sentence(desk, kind));
  let before = null;

  function draw({ received }) {
    if (!side.isConnected) desk.element.append(news, node("div", { class: own.keys.length ? "share-two" : "" }, own.element, side));
    const several = received.some(({ round }) => round > 1);
    const shown = received.filter(({ withdrawn }) => !withdrawn).reverse();
    empty.hidden = shown.length > 0;
    rows.show(shown.map((gift) => ({ ...gift, several })), ({ id }) => id);
    const arrived = before ? shown.filter(({ id }) => !before.has(id)) : [];
    if (arrived.length) news.textContent = `${arrived.at(-1).from} har givet dig noget at læse.`;
    before = new Set(shown.map(({ id }) => id));
  }
}

/** Own texts to hold what was heard against. */
class Beside {
  constructor(client, keys) {
    Object.assign(this, { client, keys });
    this.body = node("div", {});
    this.element = node("div", { class: "share-side", hidden: keys.length === 0 }, node("h3", { class: "share-title" }, "Det mente du"), this.body);
    client.addEventListener("change", () => this.show());
    this.show();
  }

  show() {
    const texts = this.client.sources(this.keys).map(({ text }) => text.trim()).filter(Boolean);
    renew(this.body, texts, () => (texts.length ? texts.map((text) => words(text)) : [small("Du har ikke skrevet det endnu.")]));
  }
}

class Sentence {
  #text = words("");
  #from = node("span", {});
  #take;
  element;

  constructor(desk, kind) {
    this.#take = kind === "harvest" ? new Taking(desk.client, desk) : null;
    const foot = node("p", { class: "share-from" }, this.#from, this.#take?.button ?? null);
    this.element = node("div", { class: "share-item" }, this.#text, foot);
  }

  update({ from, text, round, several }) {
    say(this.#text, text);
    say(this.#from, several ? `${from}, runde ${round}` : from);
    this.#take?.update(text, from);
  }

  close() {
    this.#take?.close();
  }
}

/** Carries a sentence into the own field of the harvest, where the page has it. */
class Taking {
  #text = "";
  #from = "";
  #listen = () => this.#show();

  constructor(client, desk) {
    this.field = client.fields.some(({ key }) => key === "harvest") ? client.field("harvest") : null;
    this.desk = desk;
    this.button = button("Skriv ind hos mig", () => this.#carry());
    this.button.classList.add("share-little");
    this.field?.addEventListener("change", this.#listen);
  }

  update(text, from) {
    this.#text = text.trim();
    this.#from = from;
    this.#show();
  }

  close() {
    this.field?.removeEventListener("change", this.#listen);
  }

  #carry() {
    const { field } = this;
    if (!this.#there()) {
      field.write([field.text.trimEnd(), this.#text].filter(Boolean).join("\n"));
      field.flush();
    }
    this.desk.say("Sætningen står nu i dit eget felt.");
  }

  #there() {
    return this.field.text.includes(this.#text);
  }

  #show() {
    this.button.hidden = !this.field || this.field.readonly || !this.field.loaded;
    if (this.button.hidden) return;
    const there = this.#there();
    this.button.textContent = there ? "Står hos dig" : "Skriv ind hos mig";
    this.button.setAttribute("aria-label", `${this.button.textContent}: sætningen fra ${this.#from}`);
    this.button.setAttribute("aria-disabled", String(there));
  }
}
