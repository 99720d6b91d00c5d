/**
 * Where a foundation comes out: the day, the readers, what goes in, a preview, and what has been published before.
 *
 * The texts are the server's: this page sends only which of them go in, and the mark of what it has shown.
 */
import { node, button } from "../dom.js";
import { ask, Unreachable } from "../http.js";
import { renew, say } from "./draw.js";
import { confirmed } from "./sharing.js";

const AWAY = "Der er ingen forbindelse lige nu. Intet er udgivet. Prøv igen om lidt.";
const NOT_YET = "Der er ingen forbindelse lige nu. Det, du kan udgive, kommer frem, når den er tilbage.";
const READERS = {
  group: { name: "Min sparringsgruppe", note: (people) => (people ? `${count(people)} kan læse det i galleriet.` : "Du er ikke i en gruppe med andre endnu.") },
  cohort: { name: "Hele holdet", note: (people) => `${count(people)} kan læse det i galleriet. Facilitatorer kan ikke.` },
  staff: { name: "Mine egne medarbejdere", note: () => "De har ingen adgang hertil. Du henter en fil og giver den videre selv." },
};
const STATES = { waiting: "Udkommer", out: "Udkommet", replaced: "Afløst. Udkom", withdrawn: "Trukket tilbage. Var udgivet til den" };
const WORDS_A_MINUTE = 130;
let serial = 0;

function count(people) {
  return people === 1 ? "Én leder" : `${people} ledere`;
}

function spoken(day) {
  const [year, month, date] = day.split("-").map(Number);
  return new Intl.DateTimeFormat("da-DK", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(Date.UTC(year, month - 1, date)));
}

function choice(type, name, value, title, note, change) {
  const id = `publish-${++serial}`;
  const input = node("input", { type, name, value, id, "aria-describedby": `${id}-note`, change });
  const label = node("label", { class: "publish-choice", for: id }, input, node("span", { class: "publish-choice-name" }, title), node("span", { class: "publish-choice-note", id: `${id}-note` }, note));
  return { input, label };
}

function paragraphs(text) {
  return text.replace(/\r\n/g, "\n").split(/\n\s*\n/).map((part) => part.trim()).filter(Boolean);
}

class Publish {
  #element;
  #client;
  #told = null;
  #wanted = { day: null, readers: "cohort", left: new Set(), dialogue: new Set() };
  #parts;
  #pending = null; // the id of a publication that may have arrived although its answer was lost

  constructor(element, client) {
    this.#element = element;
    this.#client = client;
    this.#parts = this.#build();
    element.replaceChildren(this.#parts.whole);
  }

  #build() {
    const id = `publish-${++serial}`;
    const p = {
      day: node("input", { type: "date", class: "form-input publish-day", id, "aria-describedby": `${id}-hint`, change: () => this.#chose() }),
      readers: node("fieldset", {}),
      headings: node("fieldset", {}),
      dialogue: node("fieldset", { hidden: true }),
      sheet: node("div", { class: "publish-sheet", role: "region", tabindex: "0", "aria-label": "Sådan bliver det" }),
      note: node("p", { class: "publish-say", role: "status", hidden: true }),
      go: button("Udgiv", () => this.#publish(), "primary"),
      word: node("a", { class: "button button-secondary", download: "" }, "Hent udkastet som Word"),
      pdf: node("a", { class: "button button-secondary", download: "" }, "Hent udkastet som PDF"),
      before: node("section", { hidden: true }),
      calendar: node("p", { hidden: true }),
    };
    const day = node("div", {}, node("label", { class: "publish-label", for: id }, "Dagen"), node("p", { class: "publish-hint", id: `${id}-hint` }, "Indtil den dag er det kun dig, der kan se det."), p.day);
    const preview = node("div", {}, node("h3", {}, "Sådan bliver det"), p.sheet);
    const buttons = node("div", { class: "publish-buttons" }, p.go, p.word, p.pdf);
    const calendar = node("a", { href: `${this.#path("reviews.ics")}`, download: "gensyn.ics" }, "Hent de tre gensyn til din kalender");
    p.calendar.append(calendar);
    p.whole = node("section", { class: "publish", "aria-label": "Udgiv dit ledelsesgrundlag", hidden: true }, p.note);
    p.all = [day, p.readers, p.headings, p.dialogue, preview, p.note, buttons, p.before, p.calendar]; // there is nothing to choose before the server has told
    return p;
  }

  #path(rest) {
    return `/api/${encodeURIComponent(this.#client.gathering)}/${rest}`;
  }

  load() {
    return this.#talk("GET", "publication");
  }

  /** Resolves to the status, or null without an answer. */
  async #talk(method, path, body) {
    try {
      const { status, data } = await ask(method, this.#path(path), { body, person: this.#client.person, wait: 20_000 });
      if (status === 401) this.#client.connection.signedOut();
      if (data?.now) this.#take(data);
      else if (data?.message) this.#say(data.message, "problem");
      return status;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (method !== "GET") this.#say(AWAY, "problem");
      else if (!this.#told) this.#say(NOT_YET, "problem");
      return null;
    }
  }

  #take(told) {
    const first = !this.#told;
    this.#told = told;
    const { day } = this.#wanted;
    if (!day || day < told.today) this.#wanted.day = told.day;
    if (first && !told.people.group && this.#wanted.readers === "group") this.#wanted.readers = "cohort";
    if (first) this.#begin();
    this.#draw();
  }

  #begin() {
    this.#say("");
    this.#parts.whole.replaceChildren(...this.#parts.all);
  }

  #say(words, kind = "") {
    this.#parts.whole.hidden = false;
    this.#parts.note.dataset.kind = kind;
    say(this.#parts.note, words);
  }

  #draw() {
    const { now, people, version, today } = this.#told;
    const p = this.#parts;
    p.whole.hidden = false;
    p.day.min = today;
    if (document.activeElement !== p.day) p.day.value = this.#wanted.day;
    renew(p.readers, people, () => this.#readers(people));
    renew(p.headings, now.headings.map(({ title, words }) => [title, words]), () => this.#headings(now.headings));
    p.dialogue.hidden = !now.dialogue.length;
    renew(p.dialogue, now.dialogue.map(({ title, words }) => [title, words]), () => this.#dialogue(now.dialogue));
    p.go.textContent = version === 1 ? "Udgiv" : `Udgiv version ${version}`;
    p.go.className = `button button-${version === 1 ? "primary" : "secondary"}`;
    p.calendar.hidden = !this.#told.reviews;
    this.#drawSheet();
    this.#drawBefore();
  }

  #readers(people) {
    const choices = Object.entries(READERS).map(([value, { name, note }]) => {
      const { input, label } = choice("radio", "publish-readers", value, name, note(people[value]), () => this.#chose());
      input.disabled = value === "group" && !people.group;
      input.checked = value === this.#wanted.readers;
      return label;
    });
    return [node("legend", {}, "Læserne"), ...choices];
  }

  #headings(headings) {
    const choices = headings.map(({ key, title, words }) => {
      const { input, label } = choice("checkbox", "publish-heading", key, title, words ? `${words} ord` : "Her er der ikke skrevet noget.", () => this.#chose());
      input.disabled = !words;
      input.checked = Boolean(words) && !this.#wanted.left.has(key);
      return label;
    });
    return [node("legend", {}, "Det, der skal med"), node("div", { class: "publish-choices" }, ...choices)];
  }

  #dialogue(parts) {
    if (!parts.length) return [];
    const choices = parts.map(({ key, title, words }) => {
      const { input, label } = choice("checkbox", "publish-dialogue", key, title, words ? `${words} ord` : "Her er der ikke skrevet noget.", () => this.#chose());
      input.disabled = !words;
      input.checked = Boolean(words) && this.#wanted.dialogue.has(key);
      return label;
    });
    return [node("legend", {}, "Fra samtalen med medarbejderne"), node("div", { class: "publish-choices" }, ...choices)];
  }

  #chose() {
    const p = this.#parts;
    this.#wanted.day = p.day.value;
    this.#wanted.readers = p.readers.querySelector("input:checked")?.value ?? "";
    const all = [...p.headings.querySelectorAll("input:enabled")];
    this.#wanted.left = new Set(all.filter((input) => !input.checked).map((input) => input.value));
    this.#wanted.dialogue = new Set([...p.dialogue.querySelectorAll("input:checked")].map((input) => input.value));
    this.#pending = null;
    say(p.note, "");
    this.#drawSheet();
  }

  #chosen() {
    const { now } = this.#told;
    return {
      headings: now.headings.filter(({ key, words }) => words && !this.#wanted.left.has(key)),
      dialogue: now.dialogue.filter(({ key, words }) => words && this.#wanted.dialogue.has(key)),
    };
  }

  #drawSheet() {
    const { headings, dialogue } = this.#chosen();
    const { name, title, organisation, version, now } = this.#told;
    const p = this.#parts;
    const ready = headings.length > 0 && !now.locked;
    renew(p.sheet, [headings, dialogue, this.#wanted.day, name, title, version], () => {
      if (!ready) return [node("p", {}, now.locked ? "Noget af teksten ligger under din gamle nøgle. Få hjælp til at åbne den." : "Der er ingen tekst at udgive endnu. Vælg mindst én overskrift, der er skrevet noget under.")];
      const words = [...headings, ...dialogue].reduce((sum, each) => sum + each.words, 0);
      const minutes = Math.max(1, Math.round(words / WORDS_A_MINUTE));
      return [
        node("h4", {}, name),
        node("p", { class: "publish-who" }, [title, organisation].filter(Boolean).join(", ")),
        ...headings.flatMap((each) => [node("h5", {}, each.title), ...paragraphs(each.text).map((text) => node("p", { dir: "auto" }, text))]),
        ...(dialogue.length ? [node("h5", {}, "Samtalen med medarbejderne")] : []),
        ...dialogue.flatMap((each) => paragraphs(each.text).map((text, at) => node("p", { dir: "auto" }, at ? text : `${each.title}: ${text}`))),
        node("p", { class: "publish-who" }, `Version ${version}${this.#wanted.day ? `, ${spoken(this.#wanted.day)}` : ""}. ${words} ord, omkring ${minutes} ${minutes === 1 ? "minut" : "minutter"} læst højt.`),
      ];
    });
    const query = new URLSearchParams([...headings.map(({ key }) => ["heading", key]), ...dialogue.map(({ key }) => ["dialogue", key]), ...(this.#wanted.day ? [["day", this.#wanted.day]] : [])]);
    p.word.href = this.#path(`foundation.docx?${query}`);
    p.pdf.href = this.#path(`foundation.pdf?${query}`);
    p.word.hidden = p.pdf.hidden = !ready;
    p.go.disabled = !ready || !this.#wanted.day || !this.#wanted.readers;
  }

  #drawBefore() {
    const { publications } = this.#told;
    this.#parts.before.hidden = !publications.length;
    renew(this.#parts.before, publications, () => [node("h3", {}, "Det, du har udgivet"), node("ul", { class: "publish-versions" }, ...publications.map((each) => this.#version(each)))]);
  }

  #version(each) {
    const day = each.day ? spoken(each.day) : "";
    const who = each.readers === "staff" ? "til dine medarbejdere som fil" : each.readers === "group" ? `til din gruppe (${each.people})` : `til hele holdet (${each.people})`;
    const links = [];
    const file = (kind) => this.#path(`foundation.${kind}?publication=${each.id}`);
    if (each.readable) {
      links.push(node("a", { href: `/hold/${encodeURIComponent(this.#client.gathering)}/galleri/${each.id}`, target: "_blank", rel: "noopener", "aria-label": `Læs det (ny fane), version ${each.number}` }, "Læs det (ny fane)"));
      links.push(node("a", { href: file("docx"), download: "", "aria-label": `Word, version ${each.number}` }, "Word"), node("a", { href: file("pdf"), download: "", "aria-label": `PDF, version ${each.number}` }, "PDF"));
    }
    if (each.state === "out" || each.state === "waiting") {
      links.push(node("button", { type: "button", class: "function-link", click: () => this.#withdraw(each), "aria-label": `Træk tilbage, version ${each.number}` }, "Træk tilbage"));
    }
    return node("li", {}, node("p", { class: "publish-version" }, `Version ${each.number}`), node("p", { class: "publish-version-note" }, `${STATES[each.state]} ${day}, ${who}.`), node("p", { class: "publish-links" }, ...links));
  }

  async #publish() {
    const { headings, dialogue } = this.#chosen();
    const { day, readers } = this.#wanted;
    this.#pending ??= crypto.randomUUID().replaceAll("-", "");
    this.#parts.go.disabled = true;
    const keys = (parts) => parts.map(({ key }) => key);
    const before = this.#told.version;
    const body = { publication_id: this.#pending, day, readers, headings: keys(headings), dialogue: keys(dialogue), seen: this.#told.now.seen };
    const status = await this.#talk("PUT", "publication", body);
    this.#parts.go.disabled = false;
    if (status === null) return; // the same id again, so that it is published once
    this.#pending = null;
    if (status === 409) await this.load();
    if (status !== 200) return;
    this.#say(day > this.#told.today ? `Version ${before} udkommer den ${spoken(day)}. Indtil da er det kun dig, der kan se den.` : `Version ${before} er udkommet.`);
  }

  async #withdraw({ id, number, state }) {
    const gone = state === "out" ? "Det forsvinder fra galleriet med det samme. En fil, nogen har hentet, har de stadig." : "Så udkommer det ikke.";
    const sure = { title: `Vil du trække version ${number} tilbage?`, body: [node("p", {}, gone)], yes: "Træk det tilbage", no: "Lad det blive" };
    if (!(await confirmed(sure))) return;
    if ((await this.#talk("DELETE", `publication/${id}`)) !== 200) return;
    this.#say(`Version ${number} er trukket tilbage. Kun du kan se den.`);
    this.#parts.note.tabIndex = -1;
    this.#parts.note.focus();
  }
}

export function mount(element, client, live) {
  const publish = new Publish(element, client);
  live.addEventListener("changed", () => publish.load());
  for (const { key } of client.fields.filter(({ key }) => /^(draft|dialogue|publication|review)\./.test(key))) client.field(key).addEventListener("saved", () => publish.load());
  publish.load();
}
