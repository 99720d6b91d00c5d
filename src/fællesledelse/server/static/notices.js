/** One calm line at the top of the page about what concerns all of it: connection, sign-in, the browser's storage. */
import { node } from "./dom.js";

const DOWN = "Der er ingen forbindelse lige nu. Skriv bare videre: Din tekst ligger på denne computer og sendes af sig selv.";
const FRAGILE =
  "Der er ingen forbindelse lige nu, og browseren kan ikke opbevare tekst på denne computer. Kopiér det nyeste, du har skrevet, før du lukker siden.";
const LOGIN = "Du er blevet logget ud. Intet er gået tabt: Din tekst ligger på denne computer.";
const OTHER = "En anden har logget ind i denne browser. Din tekst er gemt til dig, og siden lukkes.";
const FORGETFUL =
  "Browseren kan ikke opbevare tekst på denne computer (måske et privat vindue eller et fyldt lager). Med forbindelse gemmes alt som det skal; uden forbindelse skal du selv kopiere din tekst.";
const LOCKED =
  "Dine tidligere tekster er låst, fordi du har fået ny adgang uden din gendannelseskode. De er ikke tabt: De kommer igen, når nøglen i pengeskabet er brugt. Ring til din facilitator.";

function login() {
  const next = encodeURIComponent(location.pathname);
  return node("a", { class: "button button-primary", href: `/log-ind?next=${next}`, target: "_blank", rel: "opener" }, "Log ind igen");
}

function wording(answers) {
  if (answers.connection.state === "other") return [OTHER];
  if (answers.connection.state === "login") return [LOGIN, login()];
  const fragile = answers.unsent.some((answer) => answer.fragile) && !answers.journal.durable;
  if (!answers.connection.up) return [fragile ? FRAGILE : DOWN];
  if (answers.step?.locked) return [LOCKED];
  return answers.journal.durable || !answers.step ? [] : [FORGETFUL];
}

/** Shows the line in a live region, which must be on the page before it speaks. */
export class Notices {
  #line = node("div", { class: "fl-notice", role: "status" });

  constructor(answers) {
    document.body.prepend(this.#line);
    const update = () => this.#show(wording(answers));
    answers.addEventListener("change", update);
    update();
  }

  /** A passing word that takes no room from the reader. */
  say(text) {
    const word = node("p", { class: "fl-passing", role: "status" });
    document.body.append(word);
    setTimeout(() => (word.textContent = text), 100);
    setTimeout(() => word.remove(), 6000);
  }

  #show([text, action]) {
    const shown = text ?? "";
    if (this.#line.dataset.text === shown) return;
    this.#line.dataset.text = shown;
    this.#line.replaceChildren();
    if (text) this.#line.append(node("p", { class: "alert alert-info fl-notice-text" }, text, action));
  }
}

