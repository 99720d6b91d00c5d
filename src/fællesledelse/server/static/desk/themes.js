/** Rounds of themes: started and followed by the facilitator, and what came of them written into a meeting. */
import { button, node } from "../dom.js";
import { doing, followed, progress, status } from "./client.js";
import { asked, later } from "./waves.js";
import { day } from "./words.js";

const HALF = 7; // days in each half of a round, as proposed
const NOW = {
  suggesting: (round) => `Lederne foreslår til og med ${day(round.suggests)}. Så vælger de til og med ${day(round.closes)}. Du ser forslagene, når de kan vælge.`,
  choosing: (round) => `Lederne vælger til og med ${day(round.closes)}.`,
};

function field(id, label, tag, attributes, hint) {
  const input = node(tag, { class: "form-input", id, ...attributes });
  return { input, element: node("div", { class: "form-group" }, node("label", { class: "form-label", for: id }, label), hint && node("p", { class: "form-hint" }, hint), input) };
}

/** A button that looks like a link, for what stands beside each line of a list. */
function link(text, click) {
  return node("button", { type: "button", class: "function-link", click }, text);
}

/** A list in the way it is written: a theme on each line, its questions below with a dash before. */
function written(topics) {
  return topics.map(({ title, questions }) => [title, ...questions.map((each) => `- ${each}`)].join("\n")).join("\n\n");
}

/** Where a round is started: `show(told)` renews it; `start(pressed, body)` resolves to whether it went well. */
function starter(start) {
  const hint = "Et tema på hver linje. Spørgsmålene står nedenunder med en streg foran. Ret, slet og skriv til, før du begynder.";
  const starting = field("temaer-liste", "Listen at begynde med", "textarea", { rows: 14, spellcheck: true, lang: "da", class: "form-input themes-list" }, hint);
  const suggests = field("temaer-foreslaa", "Lederne foreslår til og med", "input", { type: "date" });
  const closes = field("temaer-vaelg", "Lederne vælger til og med", "input", { type: "date" });
  const go = button("Begynd runden nu", () => start(go, { starting: starting.input.value, suggests: suggests.input.value, closes: closes.input.value }), "primary");
  const element = node(
    "section",
    { class: "site-card", "aria-labelledby": "temaer-ny", hidden: true }, // until the list is there: what is typed stays
    node("h2", { id: "temaer-ny" }, "Ny runde"),
    node("div", { class: "desk-evaluation-days" }, suggests.element, closes.element),
    starting.element,
    node("p", { class: "site-small" }, "Lederne finder runden på deres første side, så snart du begynder den."),
    node("div", { class: "desk-buttons" }, go),
  );

  function show({ today, starting: list, rounds }) {
    element.hidden = rounds.some(({ state }) => state !== "closed");
    if (starting.input.value && !element.hidden) return;
    starting.input.value = rounds.length ? written(rounds[0].starting) : list;
    suggests.input.value = later(today, HALF);
    closes.input.value = later(today, 2 * HALF);
  }
  return { element, show };
}

/** Where a theme goes into a meeting. `topic` may be one that nobody has prepared questions for. */
function carrier(desk, topic, meetings, number, leave) {
  const told = status();
  const bar = progress("Så langt er vi");
  const choice = (each) => node("option", { value: each.name }, `${each.title}, ${day(each.day)}${each.theme ? ` (nu: ${each.theme})` : ""}`);
  const meeting = field(`moede-${number}`, "Møde", "select", {});
  meeting.input.append(...meetings.map(choice));
  meeting.input.value = (meetings.find(({ theme }) => !theme) ?? meetings[0]).name;
  const title = field(`tema-${number}`, "Tema", "input", { type: "text", maxlength: 100 });
  title.input.value = topic.title;
  const questions = field(`spoergsmaal-${number}`, "Åbne spørgsmål, ét på hver linje", "textarea", { rows: 6, spellcheck: true, lang: "da" });
  questions.input.value = topic.questions.join("\n");
  const go = button("Skriv det ind i mødet", () => doing(go, told, take), "primary");
  const undo = button("Fortryd", () => doing(undo, told, back));
  undo.hidden = true;
  let change = 0;

  async function take() {
    await followed(desk, bar, "PUT", `themes/meetings/${meeting.input.value}`, { theme: title.input.value, questions: questions.input.value });
    change = (await desk.get("cohort")).changes;
    undo.hidden = !change;
    told.say("Temaet og spørgsmålene står på mødets side nu. De står også i din Excel-fil, når du henter den igen.");
  }

  async function back() {
    await followed(desk, bar, "POST", "cohort/undo", { change });
    undo.hidden = true;
    told.say("Mødet er, som det var før.");
  }

  return node(
    "div",
    { class: "themes-carrier", role: "group", "aria-label": `Skriv »${topic.title}« ind i et møde` },
    meeting.element,
    title.element,
    questions.element,
    node("div", { class: "desk-buttons" }, go, undo, button("Luk", leave)),
    bar.element,
    told.element,
  );
}

export async function themes(place, desk) {
  const told = status();
  const list = node("div", { class: "desk-evaluation-list" });
  const form = starter((pressed, body) => act(pressed, () => desk.post("themes", body), "Runden er begyndt."));
  let made = 0;

  function act(pressed, work, said) {
    return doing(pressed, told, async () => {
      show(await work());
      told.say(said);
    });
  }

  /** A theme in a list, with a button to carry it into a meeting. */
  function chosen(data, topic) {
    const item = node("li", {}, node("strong", {}, topic.title), topic.count ? ` – ${topic.count} har valgt det` : "");
    if (!data.meetings.length) return item;
    const open = link("Skriv ind i et møde", () => {
      const form = carrier(desk, topic, data.meetings, ++made, () => {
        form.replaceWith(open);
        open.focus();
      });
      open.replaceWith(form);
      form.querySelector("select").focus();
    });
    open.setAttribute("aria-label", `Skriv »${topic.title}« ind i et møde`);
    item.append(" ", open);
    return item;
  }

  function outcome(data, round) {
    return [
      round.counted.length ? node("ol", { class: "themes-result" }, ...round.counted.map((each) => chosen(data, each))) : node("p", {}, "Ingen temaer er valgt af fem eller flere."),
      ...(round.few.length ? [node("h3", {}, "Færre end fem"), node("p", { class: "site-small" }, "I alfabetisk orden, for tallene her bliver ikke vist. Nogle af dem er måske ikke valgt af nogen.")] : []),
      ...(round.few.length ? [node("ul", { class: "themes-result" }, ...round.few.map((each) => chosen(data, each)))] : []),
    ];
  }

  function suggestion(round, { title }) {
    const question = "Tag kun et forslag ud, hvis det nævner en person. Lederne får at vide, at der er taget et ud.";
    const drop = asked("Tag ud", question, "Ja, tag det ud", (sure) => act(sure, () => desk.post(`themes/${round.id}/drop`, { title }), "Forslaget er taget ud, og det står der på ledernes side."));
    const first = drop.querySelector("button");
    first.className = "function-link";
    first.setAttribute("aria-label", `Tag »${title}« ud`);
    return node("li", {}, title, drop);
  }

  function going(round) {
    const many = round.state === "suggesting" ? "foreslået noget" : "valgt";
    const stop = round.state === "suggesting" ? "Vil du stoppe? Det, lederne har foreslået, bliver slettet ulæst." : "Vil du lukke? Så kan ingen vælge mere, og resultatet står her.";
    return [
      node("h2", {}, round.state === "suggesting" ? "Lederne foreslår" : "Lederne vælger"),
      node("p", {}, NOW[round.state](round)),
      node("p", { class: "desk-evaluation-count" }, round.five ? `Mindst fem har ${many}.` : `Færre end fem har ${many} endnu.`),
      ...(round.suggested.length ? [node("h3", {}, "Forslagene"), node("ul", { class: "themes-result" }, ...round.suggested.map((each) => suggestion(round, each)))] : []),
      ...(round.state === "choosing" && !round.suggested.length ? [node("p", {}, "Der kom ingen forslag, der ikke stod på listen.")] : []),
      asked(round.state === "suggesting" ? "Stop runden" : "Luk nu", stop, "Ja", (sure) => act(sure, () => desk.post(`themes/${round.id}/close`), "Runden er lukket.")),
    ];
  }

  function card(data, round) {
    const inside = round.state === "closed" ? [node("h2", {}, `Runden sluttede ${day(round.closes)}`), ...outcome(data, round)] : going(round);
    const dropped = round.dropped ? node("p", { class: "site-small" }, round.dropped === 1 ? "Ét forslag er taget ud." : `${round.dropped} forslag er taget ud.`) : null;
    return node("section", { class: "site-card" }, ...inside, dropped);
  }

  function show(data) {
    form.show(data);
    list.replaceChildren(...data.rounds.map((round) => card(data, round)));
  }

  place.replaceChildren(told.element, list, form.element);
  show(await desk.get("themes"));
}
