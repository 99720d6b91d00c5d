/** The workshops: when and where each group meets, the papers for the day, and the way to the screen on the wall. */
import { button, node } from "../dom.js";
import { status } from "./client.js";

const CLOCK = /^([01]?\d|2[0-3])[.:][0-5]\d$/;

/** What is said of the groups, by what people gather for. */
const WORDS = {
  netværk: { one: "Gruppe", many: "grupper", now: "Grupperne lige nu", none: "Der er ingen møder endnu. Skriv dem i filen.", help: "Drejebogen er for alle, der mødes den dag. Har en gruppe flyttet sin dag, ligger dens egen drejebog ud for gruppen." },
  salon: { one: "Salon", many: "saloner", now: "Salonerne lige nu", none: "Der er ingen saloner endnu. Skriv dem i filen.", help: "Drejebogen er for alle, der mødes den dag." },
  other: {
    one: "Gruppe",
    many: "grupper",
    now: "Grupperne lige nu",
    none: "Der er ingen workshops på dette hold.",
    help: "Drejebogen er for alle, der mødes på holdets dag. Har en gruppe flyttet sin dag, ligger dens egen drejebog ud for gruppen.",
  },
};
const WALL = "Lærredet åbner i et nyt vindue: Mellemrum stopper uret, og piletasterne skifter fase for alle på én gang. Åbn det også på din telefon, så er den en fjernbetjening.";
let words = WORDS.other;

const named = (group) => (/^\d+$/.test(group) ? `${words.one} ${group}` : group);

/** "2 t. 35 min." for 155. */
function length(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours && `${hours} t.`, rest && `${rest} min.`].filter(Boolean).join(" ");
}

/** The address of the papers, for everyone who meets on the cohort's day or for one group. */
function pack(step, starts, group) {
  const asked = new URLSearchParams({ kl: starts, ...(group && { gruppe: group }) });
  return `workshops/${encodeURIComponent(step)}/drejebog.pdf?${asked}`;
}

function link(text, href, attributes = {}) {
  return node("a", { class: "button button-secondary", href, ...attributes }, text);
}

/** "9.00" for "09:00". */
function spoken(time) {
  return time.replace(/^0/, "").replace(":", ".");
}

/** Where one says when the papers begin; `fetch(group)` downloads them, or says what is wrong with the time. */
function clock(desk, workshop, number) {
  const id = `desk-workshops-starts-${number}`;
  const input = node("input", { class: "form-input", type: "text", inputmode: "decimal", autocomplete: "off", id, value: spoken(workshop.starts) });
  const told = status();
  const hint = workshop.timed ? null : node("p", { class: "form-hint", id: `${id}-hint` }, "Filen siger ikke hvornår. Ret tiden her, hvis det ikke er kl. 9.");
  if (hint) input.setAttribute("aria-describedby", hint.id);
  const fetch = (group) => {
    told.clear();
    if (CLOCK.test(input.value.trim())) return desk.download(pack(workshop.step, input.value.trim(), group));
    told.fail("Skriv klokkeslættet som 9.00 eller 13.30.");
    input.focus();
  };
  const element = node("div", { class: "desk-workshops-starts" }, node("label", { class: "form-label", for: id }, "Drejebogen begynder kl."), hint, input, told.element);
  return { element, fetch };
}

function groupRow(fetch, { group, leaders, day, moved, minutes }) {
  const whom = node("span", { class: "sr-only" }, ` for ${named(group)}`);
  const papers = node("button", { type: "button", class: "function-link", click: () => fetch(group) }, "Drejebog", whom);
  const when = day ? node("span", moved ? { class: "desk-workshops-moved" } : {}, moved ? `${day} (flyttet)` : day) : "Ingen dag endnu";
  const able = day && leaders.length > 1;
  return node(
    "tr",
    {},
    node("th", { scope: "row" }, named(group)),
    node("td", { class: "desk-workshops-leaders" }, leaders.join(", ") || "Ingen endnu"),
    node("td", {}, when),
    node("td", {}, minutes ? length(minutes) : "–"),
    node("td", {}, able ? papers : ""),
  );
}

function groupTable(workshop, fetch) {
  const heads = [words.one, "Ledere", "Dag", "Varer", "På papir"].map((each) => node("th", { scope: "col" }, each));
  const rows = workshop.groups.map((each) => groupRow(fetch, each));
  const table = node("table", { class: "site-table desk-workshops-table" }, node("thead", {}, node("tr", {}, ...heads)), node("tbody", {}, ...rows));
  const frame = node("div", { class: "site-table-frame", role: "region", tabindex: "0", "aria-label": `${words.many[0].toUpperCase()}${words.many.slice(1)} ved ${workshop.title}` }, table);
  const moved = workshop.groups.filter((each) => each.moved).length;
  const { length: many } = workshop.groups;
  const told = `${many} ${many === 1 ? words.one.toLowerCase() : words.many}${moved ? `, ${moved} mødes en anden dag` : ""}`;
  return node("details", { class: "desk-workshops-groups" }, node("summary", {}, told), frame);
}

function card(desk, workshop, number) {
  const base = `/hold/${encodeURIComponent(desk.gathering)}`;
  const { element, fetch } = clock(desk, workshop, number);
  const paper = `steps/${encodeURIComponent(workshop.step)}/papir.pdf`;
  const papers = button("Drejebog (PDF)", () => fetch(""), "primary");
  papers.disabled = !workshop.day;
  const facts = [workshop.day || "Ingen dato endnu", workshop.timed && `kl. ${spoken(workshop.starts)}`, workshop.place].filter(Boolean);
  return node(
    "section",
    { class: "site-card desk-workshops-card", "aria-labelledby": `desk-workshops-${number}` },
    node("h2", { id: `desk-workshops-${number}` }, workshop.title),
    node("p", { class: "desk-workshops-facts" }, facts.join(" · ")),
    element,
    node(
      "div",
      { class: "desk-buttons" },
      papers,
      link("Lærred", `${base}/${encodeURIComponent(workshop.step)}/laerred`, { target: "_blank", rel: "noopener" }),
      workshop.writes ? button("Papirudgave (PDF)", () => desk.download(paper)) : null,
      link(words.now, `${base}/rum`),
    ),
    groupTable(workshop, fetch),
  );
}

export async function workshops(place, desk) {
  const { workshops: found, kind } = await desk.get("workshops");
  words = WORDS[kind] ?? WORDS.other;
  const help = node("p", { class: "site-small" }, `${words.help} ${WALL}`);
  const cards = found.map((workshop, number) => card(desk, workshop, number));
  place.replaceChildren(...(cards.length ? [help, ...cards] : [node("p", {}, words.none)]));
}
