/** The feedback on each shared draft, version by version, and where two points are picked from it. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { QUESTIONS } from "./feedback-text.js";
import { belongs, Desk, listed, Rows, small, words } from "./sharing.js";

const MOST = 2;
const HEARD = (place) => `points.${place + 1}.heard`;

export function mount(element, client, live) {
  const list = node("div", { class: "share-list" });
  const empty = small("Når du har delt dit udkast, kommer de andres feedback her.");
  const news = node("p", { class: "share-hidden", role: "status" });
  const desk = new Desk(element, client, live, { path: "feedback", name: "feedback", draw });
  const rows = new Rows(list, (draft) => new Received(desk, news, draft));

  function draw({ drafts }) {
    if (!list.isConnected) desk.element.append(news, empty, list);
    empty.hidden = drafts.length > 0;
    const shown = drafts.filter((draft, place) => place === 0 || draft.given.length);
    rows.show(shown.map((draft) => ({ ...draft, newest: draft === drafts[0] })), ({ id }) => id);
  }
}

/** The picked points of a draft, a note of one's own: at most two references, the place of each is the point's number. */
class Picked {
  constructor(answer) {
    this.answer = answer;
  }

  get refs() {
    try {
      const found = JSON.parse(this.answer.text || "[]");
      return Array.isArray(found) ? found.slice(0, MOST).map((ref) => (typeof ref === "string" ? ref : "")) : [];
    } catch {
      return [];
    }
  }

  place(ref) {
    return this.refs.indexOf(ref);
  }

  get full() {
    return this.refs.filter(Boolean).length >= MOST;
  }

  /** Set what stands at a place ("" empties it); the first free one where no place is given. */
  put(ref, place = [0, 1].find((each) => !this.refs[each])) {
    const refs = [0, 1].map((each) => this.refs[each] ?? "");
    refs[place] = ref;
    this.answer.write(JSON.stringify(refs));
    this.answer.flush();
    return place;
  }
}

class Received {
  #desk;
  #news;
  #draft = null;
  #picked = null;
  #state = node("span", { class: "share-state" });
  #meta = node("span", { class: "share-small" });
  #waiting = node("p", { class: "share-note" });
  #body = node("div", {});
  #toggles = [];
  #listen = () => this.#show();

  constructor(desk, news, draft) {
    this.#desk = desk;
    this.#news = news;
    const heading = node("h3", { class: "share-fold-title" }, node("span", { class: "share-who" }, `Til din version ${draft.number}`), this.#meta);
    const body = node("div", { class: "share-body" }, this.#waiting, this.#body);
    this.element = node("details", { class: "share-fold share-received", open: draft.newest }, node("summary", {}, heading, this.#state), body);
    this.element.dataset.draft = draft.id;
  }

  update(draft) {
    const before = this.#draft;
    this.#draft = draft;
    this.#admit();
    say(this.#meta, `Delt ${this.#desk.client.moment(draft.made_at)}`);
    say(this.#waiting, waitingWords(draft));
    this.#announce(before);
    renew(this.#body, [draft.feedback, draft.open], () => this.#answers());
    this.#show();
  }

  close() {
    this.#picked?.answer.removeEventListener("change", this.#listen);
  }

  #admit() {
    const key = `picked.${this.#draft.id}`;
    const answer = this.#desk.client.admit({ key, limit: 400 }, this.#draft.notes[key]);
    if (this.#picked) return;
    this.#picked = new Picked(answer);
    answer.addEventListener("change", this.#listen);
  }

  #announce(before) {
    if (!before) return;
    const { given, open } = this.#draft;
    if (open && !before.open) this.#news.textContent = "Nu kan du læse den feedback, du har fået.";
    else if (given.length > before.given.length) this.#news.textContent = `${given.at(-1)} har givet dig feedback.`;
  }

  #answers() {
    this.#toggles = [];
    const { feedback, open } = this.#draft;
    if (!open) return [];
    const asked = QUESTIONS.map(({ part, label }) => ({
      label,
      said: feedback.filter((each) => each[part].trim()).map((each) => ({ ref: `${each.id}.${part}`, from: each.from, text: each[part] })),
    }));
    const found = asked.filter(({ said }) => said.length).map(({ label, said }) => this.#group(label, said));
    const all = [...found, ...this.#remarks(feedback)];
    return all.length ? [this.#how(), ...all] : [];
  }

  #remarks(feedback) {
    const all = feedback.flatMap(({ id, from, lines }) => lines.map((line) => ({ ...line, ref: `${id}.lines.${line.number}`, from })));
    const numbers = [...new Set(all.map(({ number }) => number))].sort((one, other) => one - other);
    if (!numbers.length) return [];
    const about = (number) => all.filter((each) => each.number === number);
    const groups = numbers.map((number) => {
      const [{ line, promise }] = about(number);
      return node("div", { class: "share-about" }, lineOf({ number, line }), belongs(promise, line), ...about(number).map((each) => this.#item(each)));
    });
    return [node("section", { class: "share-section" }, node("h4", { class: "share-heading" }, "Til enkelte linjer"), ...groups)];
  }

  #how() {
    return small("Vælg højst to, du gør noget ved. De lægger sig under »Det hørte jeg« i dine to punkter. Resten må gerne være rigtigt og hvile.");
  }

  #group(label, said) {
    return node("section", { class: "share-section" }, node("h4", { class: "share-heading" }, label), ...said.map((each) => this.#item(each)));
  }

  #item({ ref, from, text }) {
    const press = button("Det gør jeg noget ved", () => this.#toggle(ref, text));
    press.classList.add("share-little");
    press.setAttribute("aria-label", `Det gør jeg noget ved: ${from}, ${text.slice(0, 60)}`);
    const rest = node("span", { class: "share-rest" }, "Hviler");
    const foot = node("p", { class: "share-from" }, node("span", {}, from), press, rest);
    const element = node("div", { class: "share-item" }, words(text), foot);
    this.#toggles.push({ ref, press, rest, element });
    return element;
  }

  #toggle(ref, text) {
    const place = this.#picked.place(ref);
    if (place >= 0) {
      this.#picked.put("", place);
      this.#point(place, (there) => (there === this.#heard(place, text) ? "" : there));
    } else if (this.#picked.full) {
      this.#desk.say("Du har valgt to. Fravælg en af dem, hvis du hellere vil noget andet.");
    } else {
      const free = this.#picked.put(ref);
      const heard = this.#heard(free, text);
      this.#point(free, (there) => (!there.trim() ? heard : there.includes(heard) ? there : `${there.trimEnd()}\n${heard}`));
      this.#desk.say(`Det er nu dit punkt ${free + 1}.`);
    }
    this.#show();
  }

  /** What goes into the point: as much as there is room for. */
  #heard(place, text) {
    const limit = this.#field(place)?.limit ?? 0;
    const letters = [...text.trim()];
    return letters.length > limit ? `${letters.slice(0, limit - 1).join("").replace(/\s+\S*$/, "")}…` : letters.join("");
  }

  #field(place) {
    return this.#desk.client.fields.find(({ key }) => key === HEARD(place));
  }

  /** Change the own field of a point, where the page has it. */
  #point(place, change) {
    if (!this.#field(place)) return;
    const field = this.#desk.client.field(HEARD(place));
    const text = change(field.text);
    if (text === field.text) return;
    field.write(text);
    field.flush();
  }

  #show() {
    const refs = this.#picked.refs.filter(Boolean);
    for (const { ref, press, rest, element } of this.#toggles) {
      const place = this.#picked.place(ref);
      press.setAttribute("aria-pressed", String(place >= 0));
      press.setAttribute("aria-disabled", String(place < 0 && this.#picked.full));
      element.classList.toggle("share-picked", place >= 0);
      say(rest, place >= 0 ? `Dit punkt ${place + 1}` : refs.length ? "Hviler" : "");
    }
    const { open, given, awaited } = this.#draft;
    const of = given.length + awaited.length;
    say(this.#state, !open ? `${given.length} af ${of} har givet` : refs.length ? `${refs.length} valgt` : "");
  }
}

function lineOf({ number, line }) {
  return node("p", { class: "share-quote", dir: "auto" }, node("span", { class: "share-number" }, String(number)), line);
}

function waitingWords({ open, given, awaited, withdrawn, feedback }) {
  if (open) return feedback.length ? (withdrawn ? "Du har trukket versionen tilbage. Feedbacken er stadig din." : "") : "Her er ingen feedback.";
  const there = given.length ? `${listed(given)} har givet dig feedback. ` : "";
  return `${there}${listed(awaited)} er ikke færdig${awaited.length > 1 ? "e" : ""} endnu. Du ser det hele på én gang, når alle har givet, eller når din tur er ved at være slut.`;
}
