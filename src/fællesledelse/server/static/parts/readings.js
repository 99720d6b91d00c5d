/** The drafts of the others: read in silence, with remarks on single lines, and feedback given once. */
import { button, node } from "../dom.js";
import { say } from "./draw.js";
import { given, QUESTIONS } from "./feedback-text.js";
import { differences, lengthOf, linesOf } from "./reading.js";
import { parsed, Remarks } from "./remarks.js";
import { confirmed, Desk, goneWords, listed, noteField, Rows, small, unique, whose } from "./sharing.js";

const LINES = 10_000;

export function mount(element, client, live) {
  const list = node("div", { class: "share-list" });
  const empty = small("Der er ikke delt noget med dig endnu. Når en af de andre deler sit udkast, kommer det her.");
  const news = node("p", { class: "share-hidden", role: "status" });
  const desk = new Desk(element, client, live, { path: "drafts", name: "readings", draw });
  const rows = new Rows(list, (draft) => new Reading(desk, draft));
  let before = null;
  let drawn = [];

  function draw({ theirs }) {
    if (!list.isConnected) desk.element.append(news, empty, list);
    empty.hidden = theirs.length > 0;
    const newest = new Set(theirs.map(({ author_id }) => theirs.find((each) => each.author_id === author_id).id));
    const gone = drawn.filter((draft) => !theirs.some(({ id }) => id === draft.id) && rows.get(draft.id).begun);
    drawn = [...theirs.map((draft) => ({ ...draft, newest: newest.has(draft.id), alone: theirs.length === 1 })), ...gone.map((draft) => ({ ...draft, gone: true }))];
    rows.show(drawn, ({ id }) => id);
    const arrived = before ? theirs.filter(({ id }) => !before.has(id)) : [];
    if (arrived.length) news.textContent = arrived.map(({ author, number }) => `${author} har delt version ${number}.`).join(" ");
    before = new Set(theirs.map(({ id }) => id));
  }
}

/** One draft of another. What is being typed is never drawn anew; only a turn of the whole (given, withdrawn) is. */
class Reading {
  #desk;
  #state = node("span", { class: "share-state" });
  #meta = node("span", { class: "share-small" });
  #body = node("div", { class: "share-body" });
  #mode = "";
  #closing = [];
  #draft;

  constructor(desk, draft) {
    this.#desk = desk;
    const title = node("span", { class: "share-who" }, `${whose(draft.author)} udkast`);
    const heading = node("h3", { class: "share-fold-title" }, title, this.#meta);
    this.element = node("details", { class: "share-fold share-reading", open: draft.alone }, node("summary", {}, heading, this.#state), this.#body);
    this.element.dataset.draft = draft.id;
  }

  update(draft) {
    this.#draft = draft;
    for (const part of [...QUESTIONS, { part: "lines", limit: LINES }]) this.#admit(part);
    say(this.#meta, `Version ${draft.number} · ${this.#desk.client.moment(draft.made_at)}`);
    const mode = JSON.stringify([draft.gone, draft.withdrawn, draft.locked, draft.given?.at, draft.hindrance]);
    if (mode !== this.#mode) this.#turn();
    if (!this.#mode && draft.newest && !draft.given && this.#begun()) this.element.open = true;
    this.#mode = mode;
    this.#tell();
  }

  /** Whether something has been written that has not been given. */
  get begun() {
    return !this.#draft.given && this.#begun();
  }

  close() {
    for (const close of this.#closing.splice(0)) close();
  }

  #key(part) {
    return `given.${this.#draft.id}.${part}`;
  }

  #admit({ part, limit }) {
    this.#desk.client.admit({ key: this.#key(part), limit }, this.#draft.notes[this.#key(part)]);
  }

  #note(part) {
    return this.#desk.client.field(this.#key(part));
  }

  #texts() {
    return Object.fromEntries(QUESTIONS.map(({ part }) => [part, this.#note(part).text]));
  }

  #remarks() {
    return parsed(this.#note("lines").text);
  }

  #begun() {
    return Object.values(this.#texts()).some((text) => text.trim()) || Object.keys(this.#remarks()).length > 0;
  }

  #tell() {
    say(this.#state, this.#stateWords(this.#begun()));
  }

  #stateWords(begun) {
    const { gone, withdrawn, given: done, newest, number } = this.#draft;
    if (gone) return "Slettet";
    if (withdrawn) return "Trukket tilbage";
    if (done) return "Du har givet feedback";
    if (!newest) return "Tidligere version";
    if (begun) return "Du er i gang";
    return number > 1 ? "Ny version" : "";
  }

  #turn() {
    this.close();
    const draft = this.#draft;
    if (draft.gone || draft.withdrawn) this.#body.replaceChildren(...this.#gone());
    else if (draft.locked) this.#body.replaceChildren(small("Udkastet ligger under din gamle nøgle. Få hjælp til at åbne det."));
    else if (draft.given || draft.hindrance) this.#body.replaceChildren(...this.#finished());
    else this.#body.replaceChildren(...this.#writing());
  }

  #gone() {
    const words = this.#draft.gone
      ? "Udkastet er slettet. Det, du var i gang med at skrive, bliver ikke gemt. Her står det, til du henter siden igen."
      : `${this.#draft.author} har trukket udkastet tilbage. Det, du har skrevet, ligger stadig hos dig.`;
    const note = node("p", { class: "share-note" }, words);
    const own = this.#draft.given ? given(this.#draft.given, this.#draft.given.lines) : given(this.#texts(), this.#remarks());
    return [note, own].filter(Boolean);
  }

  #finished() {
    const draft = this.#draft;
    const said = draft.given && given(draft.given, draft.given.lines);
    const when = draft.given && `Du gav din feedback ${this.#desk.client.moment(draft.given.at)}. ${draft.author} ser den, når alle har givet, eller når turen er ved at være slut.`;
    const own = draft.given ? null : given(this.#texts(), this.#remarks());
    const foot = [node("p", { class: when ? "share-note" : "share-hindrance" }, when || draft.hindrance), said ?? own];
    return [...this.#intro(), ...this.#sheet(linesOf(draft.headings)), ...foot].filter(Boolean);
  }

  #intro() {
    const { answered, changes, author, number } = this.#draft;
    const found = [lengthOf(this.#draft), goneWords(this.#draft)].filter(Boolean).map(small);
    const where = [...new Set(answered.map(({ title }) => `»${title}«`))];
    if (where.length) found.push(small(`${author} svarer på ${answered.length > 1 ? "sine to punkter" : "et af sine to punkter"} under ${listed(where)}.`));
    if (changes?.length) found.push(node("details", { class: "share-fold share-inner" }, node("summary", {}, `Se, hvad der er nyt i version ${number}`), ...differences(changes)));
    return found;
  }

  #sheet(children) {
    return [node("article", { class: "share-sheet", "aria-label": `${whose(this.#draft.author)} udkast, version ${this.#draft.number}` }, ...children)];
  }

  #writing() {
    const remarks = new Remarks(this.#note("lines"));
    const sheet = this.#sheet(linesOf(this.#draft.headings, { margin: remarks.number, below: remarks.box }));
    remarks.serve(sheet[0]);
    this.#closing.push(() => remarks.close());
    const how = small("Læs det først helt igennem. Vil du sige noget om en bestemt linje, så tryk på den, eller gå mellem numrene med piletasterne.");
    return [...this.#intro(), how, ...sheet, this.#questions()];
  }

  #questions() {
    const { author } = this.#draft;
    const heading = node("h4", { class: "share-heading", id: unique("feedback") }, `Din feedback til ${author}`);
    const fields = QUESTIONS.map((question) => noteField(this.#desk.client, { ...question, key: this.#key(question.part) }, this.#draft.notes[this.#key(question.part)]));
    this.#closing.push(...fields.map(({ close }) => close), this.#listen(fields));
    const readers = small(`Kun du kan læse det, indtil du giver det til ${author}. Du kan gemme og komme tilbage. Skriv til de spørgsmål, du har noget til.`);
    const press = node("div", { class: "share-choices" }, button("Giv din feedback", () => this.#give(), "primary"));
    return node("section", { class: "share-questions", "aria-labelledby": heading.id }, heading, readers, ...fields.map(({ element }) => element), press);
  }

  #listen(fields) {
    const tell = () => this.#tell();
    const answers = [...fields.map(({ answer }) => answer), this.#note("lines")];
    for (const answer of answers) answer.addEventListener("change", tell);
    return () => answers.forEach((answer) => answer.removeEventListener("change", tell));
  }

  async #give() {
    const { author, id } = this.#draft;
    const content = given(this.#texts(), this.#remarks());
    if (!content) return this.#desk.say("Du har ikke skrevet noget endnu. Skriv én ting, før du giver den.");
    if (!(await this.#desk.arrived([...QUESTIONS.map(({ part }) => this.#key(part)), this.#key("lines")]))) return undefined;
    const last = small(`Når du har givet det, kan du ikke rette i det. Kun ${author} får det at se.`);
    const yes = await confirmed({ title: `Det får ${author}`, body: [content, last], yes: `Giv det til ${author}`, no: "Ret lidt endnu" });
    if (yes && (await this.#desk.change("POST", `drafts/${id}/feedback`, {}))) this.#desk.say(`${author} har fået din feedback.`);
    return undefined;
  }
}
