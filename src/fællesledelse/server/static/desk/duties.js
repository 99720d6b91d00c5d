/** Whose turn it is at the meetings to come: what stands in the file, what is proposed, and written there when she says so. */
import { button, node } from "../dom.js";
import { Refusal, doing, status } from "./client.js";
import { WORDS, day } from "./words.js";

const CALLED = { vært: "Vært", ordstyrer: "Passer uret", sag: "Sag" };

function cell(turns, duty) {
  const mine = turns.filter((turn) => turn.duty === duty);
  const names = mine.flatMap(({ name, new: fresh }, number) => [
    number ? ", " : "",
    name,
    fresh ? node("span", { class: "desk-groups-new" }, " (forslag)") : "",
  ]);
  return node("td", {}, ...names.filter(Boolean));
}

/** A line for each meeting of each group. */
function table({ duties, turns }, words) {
  const grouped = new Map();
  for (const turn of turns) {
    const key = `${turn.opens} ${turn.step} ${turn.group}`;
    grouped.set(key, [...(grouped.get(key) ?? []), turn]);
  }
  const several = new Set(turns.map(({ group }) => group)).size > 1;
  const head = ["Møde", ...(several ? [words.one] : []), ...duties.map((duty) => CALLED[duty])];
  const lines = [...grouped.entries()].sort(([one], [other]) => one.localeCompare(other, "da", { numeric: true }));
  const rows = lines.map(([, [first, ...rest]]) =>
    node(
      "tr",
      {},
      node("th", { scope: "row" }, first.title, node("span", { class: "site-small desk-groups-place" }, day(first.opens))),
      ...(several ? [node("td", {}, first.group)] : []),
      ...duties.map((duty) => cell([first, ...rest], duty)),
    ),
  );
  return node(
    "div",
    { class: "site-table-frame", role: "region", "aria-label": "Tjanserne", tabindex: "0" },
    node("table", { class: "site-table" }, node("thead", {}, node("tr", {}, ...head.map((text) => node("th", { scope: "col" }, text)))), node("tbody", {}, ...rows)),
  );
}

function missing(reminders) {
  return reminders.length ? node("ul", { class: "desk-groups-advice" }, ...reminders.map((text) => node("li", {}, text))) : null;
}

export function duties(place, desk) {
  const told = status();
  const lacks = node("div", {});
  const shown = node("div", { class: "desk-groups-shown" });
  const propose = button("Fordel tjanserne", () => doing(propose, told, () => show()), "primary");
  let words = null;

  async function show() {
    const found = await desk.get("cohort/turns");
    const fresh = found.turns.some((turn) => turn.new);
    if (!found.turns.length) return told.say("Der er ingen møder forude at fordele tjanser til. Foreslå dage til dem først.");
    told.say(fresh ? "" : "Alle tjanser er fordelt. Vil du bytte om på nogen, så ret i filen.");
    const keep = button("Skriv tjanserne i filen", () => doing(keep, told, () => write(found.columns)), "primary");
    const buttons = node("div", { class: "desk-buttons" }, fresh ? keep : null, button(fresh ? "Glem forslaget" : "Luk", () => shown.replaceChildren()));
    shown.replaceChildren(table(found, words), buttons);
  }

  async function write(columns) {
    await desk.send("PUT", "cohort/turns", { columns });
    shown.replaceChildren();
    await desk.changed();
    told.say("Tjanserne står i filen nu. Hent den, hvis du vil bytte om på nogen, eller tag kladden i brug.");
  }

  async function brought({ kind, live, draft }) {
    if (kind === "forløb" || !(draft || live.pages.length)) return place.replaceChildren();
    const found = await desk.get("cohort/turns");
    if (!found.duties.length) {
      words = null;
      place.replaceChildren(node("h2", {}, "Tjanserne"), node("p", {}, "En fra HR passer uret hver gang, så der er ingen tjanser at fordele. Skal lederne skiftes, så skriv »på skift« ved Ordstyrer i arket Forløb."));
      return;
    }
    lacks.replaceChildren(...[missing(found.reminders)].filter(Boolean));
    if (words) return;
    words = WORDS[kind];
    place.replaceChildren(
      node("h2", {}, "Tjanserne"),
      node("p", {}, "De går på skift: først til den, der har haft dem færrest gange, aldrig to til den samme på ét møde og aldrig den samme to gange i træk, hvis det kan undgås. Det, der står i filen, bliver stående. Kolonnerne husker også de møder, der er holdt."),
      lacks,
      node("div", { class: "desk-buttons" }, propose),
      told.element,
      shown,
    );
  }

  desk.watch((now) =>
    brought(now).catch((error) => {
      if (!(error instanceof Refusal)) throw error;
      told.fail(error.message);
    }),
  );
}
