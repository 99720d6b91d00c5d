/**
 * The survey: its waves planned, counted, closed and ended by the facilitator; what came of them, for her and the leaders.
 * Dispatches "survey" when something has come of that.
 */
import { node } from "../dom.js";
import { doing, status } from "./client.js";
import { asked, bars, counted, files, mails, period, planner } from "./waves.js";

const WHY = {
  few: "Færre end fem sendte deres svar. Svarene er slettet, uden at nogen har læst dem.",
  lost: "Målingen er lukket, fordi dens nøgle er væk, efter at serveren er lagt tilbage fra en kopi. Svarene kan ikke læses af nogen.",
  unsafe: "Tallene kunne ikke vises, uden at nogens svar kunne regnes ud. Svarene er slettet.",
};
const KINDS = { inside: "I forummet", outside: "Ud af huset", leadership: "Egen ledelse" };

const PLAN = {
  id: "maaling",
  one: "målingen",
  heading: "Ny måling",
  about: "Den åbner og lukker af sig selv, og lederne finder den i deres menu. Når den er åben, kan du sende dem en mail om den her på siden.",
  offers: "Forslag, tre uger før hver periodes seminar:",
};

/** A statement with its answers. `own` is the reader's own answer (0 to 5), where there is one. */
function statement(told, { text, key, answers, notes }, own) {
  const said = own?.[key] === undefined ? null : told.scale[own[key]];
  const mine = said && node("p", { class: "survey-own" }, "Dit eget svar: ", node("strong", {}, said));
  const figure = answers.length ? bars(`»${text}«`, answers, said) : node("p", { class: "survey-statement" }, `»${text}«`);
  return node("div", { class: "survey-figure" }, figure, mine, ...notes.map((note) => node("p", { class: "site-small" }, note)));
}

/** A picture of what the tables say. It comes when it is drawn, or not at all. Part of the page, so that it has its typeface. */
function picture(wave, name, words) {
  const place = node("div", { class: "survey-wide", role: "region", tabindex: "0", "aria-label": `Figur fra ${wave.title}: ${words}`, hidden: true });
  const address = `/api/${encodeURIComponent(document.body.dataset.gathering)}/survey/${wave.id}/${name}.svg`;
  const draw = async () => {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
    if (drawn.nodeName !== "svg") return;
    drawn.setAttribute("class", "survey-picture");
    for (const part of drawn.querySelectorAll("[role]")) for (const name of ["role", "aria-label", "aria-roledescription"]) part.removeAttribute(name); // one picture, one name
    drawn.setAttribute("aria-label", `${words} Tallene står nedenfor.`);
    place.append(document.importNode(drawn, true));
    place.hidden = false;
  };
  draw().catch(() => place.remove()); // the tables say the same
  return place;
}

function theme(told, wave, { key, title, kind, summary, statements }, own) {
  const inside = statements.map((each) => statement(told, each, own));
  const pictures = node("div", {}, node("p", { class: "site-small survey-hint" }, "Figuren er bredere end skærmen. Træk den til siden. Tallene står også nedenfor."));
  const draw = () => {
    if (pictures.children.length > 1) return;
    pictures.append(picture(wave, `${key}-fordeling`, `Svarenes fordeling i »${title}«.`));
    if (wave.number > 1) pictures.append(picture(wave, `${key}-aendring`, `Ændringen siden sidst i »${title}«.`));
  };
  const head = node("summary", {}, node("span", { class: "survey-kind" }, KINDS[kind]), " ", title);
  return node("details", { class: "survey-theme-result", toggle: draw }, head, summary ? node("p", {}, summary) : null, pictures, ...inside);
}

/** A field of the heat map: a mean on a ground of its own, or why there is none. */
function field({ said, within, ground, ink }) {
  const place = node("td", { class: ground ? "survey-heat-known" : "survey-heat-empty" }, node("span", { class: "survey-heat-mean" }, said), within && " ", within && node("span", {}, within));
  place.style.background = ground;
  place.style.color = ink;
  return place;
}

/** How departments find each other: a heat map that is a table. Nothing where that was not promised. */
function relations({ title: wave, result: { relations: found } }) {
  if (!found) return [];
  const { title, text, headings, rows, withheld } = found;
  const left = withheld.map((said) => node("p", { class: "site-small" }, said));
  if (!rows.length) return [node("h3", { class: "survey-heat-title" }, title), ...left];
  const head = node("tr", {}, node("th", { scope: "col" }, "Svar fra"), ...headings.map((about) => node("th", { scope: "col", class: "survey-heat-about" }, node("span", {}, about))));
  const lines = rows.map(({ department, cells }) => node("tr", {}, node("th", { scope: "row" }, department), ...cells.map(field)));
  const table = node("table", { class: "survey-heat", "aria-label": title }, node("thead", {}, head), node("tbody", {}, ...lines));
  const frame = node("div", { class: "survey-wide survey-heat-frame", tabindex: "0", role: "region", "aria-label": `Tabel fra ${wave}: ${title}` }, table);
  return [node("h3", { class: "survey-heat-title" }, title), node("p", { class: "site-small" }, text), frame, ...left];
}

/** What came of a wave that is closed, as elements. `own` are the reader's own answers in it, where there are any. */
export function outcome(told, wave, own = null) {
  const { title, result } = wave;
  const head = [node("h2", {}, title)];
  if (!result) return [...head, node("p", { class: "desk-evaluation-frame" }, period(wave)), node("p", {}, WHY[wave.why])];
  return [
    ...head,
    node("p", { class: "desk-evaluation-frame" }, `${period(wave)} · ${counted(wave)}`),
    result.goal ? node("p", {}, `Læringsmål: ${result.goal}`) : null,
    node("p", { class: "site-small" }, told.about),
    ...result.themes.map((each) => theme(told, wave, each, own)),
    ...relations(wave),
  ].filter(Boolean);
}

export async function survey(place, desk) {
  const told = status();
  const list = node("div", { class: "desk-evaluation-list" });
  const end = node("div");
  const standing = node("div");
  const post = mails(desk, told, "survey", "Spørgeskema", "det");
  const form = planner(PLAN, (pressed, body) => act(pressed, () => desk.post("survey", body), `»${body.title.trim()}« er lagt ind.`));

  function act(pressed, work, said) {
    return doing(pressed, told, async () => {
      show(await work());
      told.say(said);
    });
  }

  function inside(data, wave) {
    const { id, title } = wave;
    if (wave.state === "closed") return [...outcome(data, wave), ...files(desk, "survey", wave)];
    const head = [node("h2", {}, title), node("p", { class: "desk-evaluation-frame" }, period(wave))];
    if (wave.state === "planned") {
      const drop = (sure) => act(sure, () => desk.send("DELETE", `survey/${id}`), `»${title}« er slettet.`);
      return [...head, node("p", {}, "Planlagt. Du kan slette den, indtil den åbner."), asked("Slet planen", "Vil du slette den? Ingen har svaret endnu.", "Ja, slet den", drop)];
    }
    const close = (sure) => act(sure, () => desk.post(`survey/${id}/close`), `»${title}« er lukket.`);
    const question = "Er den lukket, kan den ikke åbnes igen. Kun svar, der er sendt, tæller. Har færre end fem sendt, bliver svarene slettet ulæst.";
    return [...head, node("p", { class: "desk-evaluation-count" }, wave.answered === null ? counted(wave) : `Mindst fem af ${wave.asked} har svaret`), post(wave), asked("Luk den nu", question, "Ja, luk den", close)];
  }

  function ending(data) {
    if (data.ended) return [node("p", { class: "site-note" }, "Målingerne er afsluttet. Svarene er slettet, og nøglen, der kunne finde den enkeltes svar, er væk. Tallene står tilbage.")];
    if (!data.waves.length || data.waves.some(({ state }) => state !== "closed")) return [];
    const question = "Alle svar og nøglen, der kunne finde den enkeltes svar fra måling til måling, bliver slettet. Der kan ikke komme flere målinger. Tallene bliver stående.";
    const go = (sure) => act(sure, () => desk.post("survey/end"), "Målingerne er afsluttet.");
    return [node("section", { class: "site-card" }, node("h2", {}, "Var det den sidste måling?"), node("p", {}, "Når I ikke skal måle mere, så slet svarene. Indtil da kan hver leder se sine egne og trække dem tilbage."), asked("Afslut målingerne", question, "Ja, afslut dem", go))];
  }

  function missing(data) {
    if (!data.asks) return [node("p", { class: "site-note site-note--warm" }, "Holdet har intet spørgeskema endnu. Hent de to filer nedenfor, ret i dem, og læg begge op.")];
    const { wanted, promised } = data.relations;
    if (promised === null || wanted === promised.length > 0) return [];
    const locked = promised.length ? "De bliver ved med at blive vist" : "De bliver ikke vist";
    return [node("p", { class: "site-note site-note--warm" }, `Tal om relationer mellem afdelinger blev aftalt, før den første måling åbnede, og kan ikke laves om. ${locked}, selv om der nu står noget andet i holdets fil.`)];
  }

  function show(data) {
    form.show(data);
    form.element.hidden = data.ended || !data.asks;
    standing.replaceChildren(...missing(data));
    list.replaceChildren(...data.waves.map((wave) => node("section", { class: "site-card" }, ...inside(data, wave))));
    end.replaceChildren(...ending(data));
    desk.dispatchEvent(new Event("survey"));
  }

  desk.addEventListener("cohort", async () => show(await desk.get("survey")));
  place.replaceChildren(standing, form.element, told.element, list, end);
  show(await desk.get("survey"));
}
