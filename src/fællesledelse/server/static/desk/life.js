/** A network's life: what is to be decided, what is known, and what has been decided. A decision is kept after a dialogue. */
import { button, node } from "../dom.js";
import { doing, status } from "./client.js";
import { bars } from "./waves.js";

const BACK = { choice: "back", words: "Tag beslutningen tilbage" };
let forms = 0; // fields of several forms have ids of their own

function field(label, id, input, hint) {
  const told = hint ? node("span", { class: "form-hint", id: `${id}-hjaelp` }, hint) : null;
  if (hint) input.setAttribute("aria-describedby", `${id}-hjaelp`);
  input.id = id;
  return node("div", { class: "form-group" }, node("label", { class: "form-label", for: id }, label), told, input);
}

function option(name, { choice, words }, changed) {
  const id = `${name}-${choice}`;
  const radio = node("input", { class: "form-radio", type: "radio", name, id, value: choice, change: changed });
  return node("div", { class: "form-group-radio" }, radio, node("label", { for: id }, words));
}

/**
 * The form in which a decision is kept; `keep(body)` resolves to whether it went well. `replaces`: the decision in whose
 * place it stands. `data` is what the server says of the network.
 */
function decide(data, matter, keep, leave, replaces = null) {
  const name = `liv-${++forms}`;
  const told = status();
  const choices = replaces ? [...matter.choices, BACK] : matter.choices;
  const reason = node("textarea", { class: "form-input", rows: 3, maxlength: data.longest });
  const met = [...data.evidence.meetings].reverse();
  const meeting = node("select", { class: "form-select", change: () => fill() }, node("option", { value: "" }, "Et andet sted"), ...met.map((each, number) => node("option", { value: number }, `${each.title}, ${each.day}`)));
  const dialogue = node("input", { class: "form-input", type: "date", min: data.starts, max: data.today });
  const where = node("input", { class: "form-input", type: "text", maxlength: 200, autocomplete: "off" });
  const talked = node(
    "fieldset",
    { class: "desk-life-talk" },
    node("legend", {}, "Først dialogen"),
    met.length ? field("Hvor talte I om det?", `${name}-moede`, meeting) : null,
    node("div", { class: "desk-evaluation-days" }, field("Hvornår?", `${name}-dag`, dialogue)),
    field("Hvordan?", `${name}-hvordan`, where, "For eksempel: En runde på mødet. Skriv ikke, hvad den enkelte sagde."),
  );
  const answers = node("fieldset", { class: "desk-evaluation-scale" }, node("legend", { class: "form-label" }, "Hvad har I besluttet?"), ...choices.map((each) => option(name, each, picked)));
  const go = button("Gem beslutningen", send, "primary");

  function fill() {
    const each = met[meeting.value];
    dialogue.value = each ? each.iso : "";
    where.value = each ? `På mødet »${each.title}«` : "";
  }

  function picked() {
    talked.hidden = chosen() === BACK.choice;
  }

  function chosen() {
    return answers.querySelector(":checked")?.value ?? "";
  }

  /** What is missing, and where; or null. */
  function missing() {
    if (!chosen()) return ["Vælg, hvad I har besluttet.", answers.querySelector("input")];
    if (!talked.hidden && !(dialogue.value && where.value.trim())) return ["Dialogen mangler. Tal med deltagerne først, og skriv her, hvornår og hvordan I gjorde det.", dialogue.value ? where : dialogue];
    return reason.value.trim() ? null : ["Skriv kort, hvorfor I beslutter det. En sætning er nok.", reason];
  }

  async function send() {
    const found = missing();
    if (found) {
      told.fail(found[0]);
      found[1].focus();
      return;
    }
    const talk = talked.hidden ? { dialogue: "", where: "" } : { dialogue: dialogue.value, where: where.value };
    await doing(go, told, () => keep({ kind: matter.kind, choice: chosen(), reason: reason.value, ...talk, ...(replaces ? { replaces } : {}) }));
  }

  const form = node(
    "form",
    { class: "desk-life-form", submit: (event) => event.preventDefault(), novalidate: true },
    talked,
    answers,
    field("Hvorfor?", `${name}-hvorfor`, reason, "Lederne kan læse det. Nævn ingen ved navn."),
    node("div", { class: "desk-buttons" }, go, button("Fortryd", leave)),
    told.element,
  );
  return { form, focus: () => (met.length ? meeting : dialogue).focus() };
}

/** A button that opens the form in its place, and comes back when it is left. */
function opening(words, kind, make) {
  const place = node("div", { class: "desk-life-open" });
  const rest = () => place.replaceChildren(first);
  const first = button(
    words,
    () => {
      const { form, focus } = make(() => {
        rest();
        first.focus();
      });
      place.replaceChildren(form);
      focus();
    },
    kind,
  );
  rest();
  return place;
}

function ripe(matter) {
  return matter.due ? `Klar til beslutning siden ${matter.day}` : `Skal besluttes ${matter.day}. Tag den op på næste møde.`;
}

function named({ title, day, theme }) {
  return node("span", {}, title, node("span", { class: "desk-life-when" }, theme ? `${day} · ${theme}` : day));
}

function evidence({ meetings, evaluations, asking }) {
  const figure = bars("Hvor mange der kom til møderne", meetings.map((each) => [named(each), each.came, each.words]));
  const held = evaluations.map((each) => node("li", {}, node("strong", {}, each.title), `: ${each.words}`));
  const open = asking ? node("p", {}, `Evalueringen »${asking}« er åben nu.`) : null;
  const none = node("p", {}, "Netværket er ikke evalueret endnu. Det gør du under ", node("a", { href: "evaluering" }, "Evaluering"), ".");
  return [
    node("h2", {}, "Det ved I"),
    meetings.length ? figure : node("p", {}, "Der har ikke været noget møde endnu."),
    node("p", { class: "site-small" }, "Fremmødet er dem, der var i mødets rum, og dem, der selv har markeret mødet. Det tæller møder, ikke mennesker."),
    node("h3", {}, "Evalueringer"),
    held.length ? node("ul", { class: "site-list" }, ...held) : asking ? null : none,
    open,
  ].filter(Boolean);
}

export async function life(place, desk) {
  const told = status();

  function keeper(data, matter, replaces = null) {
    return (leave) => decide(data, matter, (body) => desk.post("life", body).then(kept), leave, replaces);
  }

  function kept(data) {
    show(data);
    told.say("Beslutningen er gemt. Lederne kan læse den under Netværkets liv.");
    told.element.scrollIntoView({ block: "nearest" });
  }

  function near(data, matter) {
    return node(
      "section",
      { class: "site-card desk-life-near" },
      node("h3", {}, matter.title),
      node("p", { class: "desk-life-day" }, ripe(matter)),
      node("p", {}, matter.question),
      node("p", { class: "site-small" }, matter.look),
      opening("Skriv beslutningen", "primary", keeper(data, matter)),
    );
  }

  function early(data, matter) {
    const note = matter.day ? `${matter.title}: ${matter.day}` : matter.title;
    const about = node("p", { class: "site-small" }, matter.day ? "Den er først aktuel den dag. Vil I beslutte nu, så skriv hvorfor." : matter.question);
    return node("li", {}, node("h3", {}, note), about, opening(matter.day ? "Beslut før tid" : "Tag den op", "secondary", keeper(data, matter)));
  }

  function decided(data, each) {
    const marks = [`${each.day}, skrevet af ${each.by}`, each.replaces && `Afløser beslutning ${each.replaces}`, !each.counts && each.choice !== "back" && "Gælder ikke længere"].filter(Boolean);
    const links = each.links.map(({ title, url }) => node("a", { href: url }, title));
    return node(
      "li",
      { class: `site-card desk-life-matter${each.counts ? "" : " desk-life-over"}` },
      node("h3", {}, `${each.number}. ${each.title}: ${each.words}`),
      node("p", { class: "desk-life-day" }, marks.join(". ")),
      node("p", { class: "desk-life-said" }, each.reason),
      each.dialogue ? node("p", { class: "site-small" }, `Talt om ${each.dialogue}: ${each.where}`) : null,
      each.counts ? node("p", {}, node("strong", {}, "Det følger: "), each.follows) : null,
      each.counts && links.length ? node("p", { class: "desk-life-links" }, ...links) : null,
      each.counts ? opening("Afløs beslutningen", "secondary", keeper(data, each, each.number)) : null,
    );
  }

  function show(data) {
    const waits = [...data.later, ...data.undated];
    place.replaceChildren(
      ...[
        node("p", { class: "desk-life-stage" }, data.stage_words),
        node("ul", { class: "no-max-width desk-life-facts" }, ...data.facts.map((fact) => node("li", {}, fact))),
        told.element,
        node(
          "div",
          { class: "desk-life-columns" },
          node(
            "section",
            {},
            node("h2", {}, "Det skal I beslutte"),
            data.near.length ? null : node("p", {}, data.stage === "over" ? "Netværket er slut, så der er ikke mere at beslutte." : "Intet lige nu."),
            ...data.near.map((each) => near(data, each)),
          ),
          node("section", {}, ...evidence(data.evidence)),
        ),
        waits.length ? node("h2", {}, "Senere, eller når I vil") : null,
        waits.length ? node("ul", { class: "desk-life-list" }, ...waits.map((each) => early(data, each))) : null,
        node("h2", {}, "Det har I besluttet"),
        data.decisions.length ? node("ol", { class: "desk-life-list" }, ...data.decisions.map((each) => decided(data, each))) : node("p", {}, "Intet endnu."),
      ].filter(Boolean),
    );
  }

  show(await desk.get("life"));
}
