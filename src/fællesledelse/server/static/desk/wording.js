/** The wording of a page: choose a text, say it another way, see it, take it into use. */
import { button, node } from "../dom.js";
import { doing, followed, progress, status } from "./client.js";

const LONGEST = 110; // characters of a text in the list

/** The first words of a text, without Markdown's signs. */
function excerpt(text) {
  const plain = text.replace(/^#+ */gm, "").replace(/[*_`>]/g, "").replace(/\s+/g, " ").trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST).replace(/\s\S*$/, "")} …` : plain;
}

/** A text in the list: its first line, and how it goes on. */
function choice(text, chosen) {
  const [first, ...rest] = text.trim().split("\n");
  const head = node("span", { class: "desk-wording-first" }, excerpt(first));
  const body = excerpt(rest.join("\n"));
  return node("li", {}, node("button", { type: "button", class: "desk-wording-choice", click: chosen }, head, ...(body ? [" ", node("span", { class: "desk-wording-rest" }, body)] : [])));
}

class Editor {
  #desk;
  #told = status();
  #bar = progress("Så langt er vi");
  #shown = node("div", { class: "desk-wording-preview", "aria-live": "polite" });

  constructor(desk, page, number, before, leave) {
    this.#desk = desk;
    this.page = page;
    this.number = number;
    this.first = this.before = before;
    this.field = node("textarea", { id: "ny-ordlyd", class: "form-input desk-wording-text", rows: 12, spellcheck: true, lang: "da" });
    this.field.value = before;
    const look = button("Vis, som lederne ser det", () => doing(look, this.#told, () => this.#look()));
    const take = button("Tag i brug", () => doing(take, this.#told, () => this.#take(this.field.value)), "primary");
    this.undo = button("Fortryd", () => doing(this.undo, this.#told, () => this.#undo()));
    this.undo.hidden = true;
    this.element = node(
      "section",
      { class: "site-card desk-wording-editor", "aria-label": "Ret teksten" },
      node("label", { class: "form-label", for: "ny-ordlyd" }, "Teksten"),
      node("p", { class: "form-hint" }, "# foran en linje gør den til en overskrift, - til et punkt og > til et citat. *Én stjerne* om ord gør dem kursive, **to stjerner** gør dem fede. Ord i {{ }} bliver udfyldt af sig selv."),
      this.field,
      node("div", { class: "desk-buttons" }, take, look, this.undo, button("Tilbage til listen", leave)),
      this.#bar.element,
      this.#told.element,
      this.#shown,
    );
  }

  async #look() {
    const { html } = await this.#desk.post(`wording/${this.page}/preview`, { number: this.number, before: this.before, after: this.field.value });
    const fresh = document.createElement("template");
    fresh.innerHTML = html; // cleaned by the server, as on the leaders' pages
    this.#shown.replaceChildren(fresh.content);
  }

  async #take(after) {
    const began = performance.now();
    await this.#build({ number: this.number, before: this.before, after });
    this.before = after.replace(/\r\n/g, "\n").trim();
    this.undo.hidden = false;
    const seconds = Math.max(1, Math.round((performance.now() - began) / 1000));
    this.#told.say(`Den nye tekst er i brug efter ${seconds} ${seconds === 1 ? "sekund" : "sekunder"}. Ingen er blevet afbrudt.`);
  }

  /** Another facilitator may have changed something else since: this text alone goes back. */
  async #undo() {
    await this.#build({ number: this.number, before: this.before, after: this.first });
    this.before = this.field.value = this.first;
    this.undo.hidden = true;
    this.#shown.replaceChildren();
    this.#told.say("Den gamle tekst er tilbage.");
  }

  #build(body) {
    return followed(this.#desk, this.#bar, "PUT", `wording/${this.page}`, body);
  }
}

export async function wording(place, desk) {
  const { live } = await desk.get("cohort");
  if (!live.pages.length) {
    place.replaceChildren(node("p", {}, "Der er ingen sider at rette i endnu. Læg filen op, og tag den i brug først."));
    return;
  }
  const pages = node("select", { id: "vaelg-side", class: "form-select", change: () => list() }, ...live.pages.map(({ name, title }) => node("option", { value: name }, title)));
  const shown = node("div", { class: "desk-wording-shown" });

  async function list() {
    const { texts } = await desk.get(`wording/${pages.value}`);
    const lines = texts.map((text, number) => choice(text, () => edit(number, text)));
    shown.replaceChildren(node("h2", {}, "Vælg en tekst"), node("ol", { class: "desk-wording-list" }, ...lines));
  }

  function edit(number, text) {
    const editor = new Editor(desk, pages.value, number, text, list);
    shown.replaceChildren(editor.element);
    editor.field.focus();
    editor.field.setSelectionRange(0, 0);
    editor.field.scrollTop = 0;
  }

  place.replaceChildren(node("label", { class: "form-label", for: "vaelg-side" }, "Side"), pages, shown);
  await list();
}
