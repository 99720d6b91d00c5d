/** Who sits together: a proposal with what was reached, and written into the file when the facilitator says so. */
import { button, node } from "../dom.js";
import { doing, status } from "./client.js";
import { WORDS } from "./words.js";

function number(id, label, value, most) {
  const input = node("input", { type: "number", id, class: "form-input desk-groups-number", min: 2, max: Math.max(most, 8), value, inputmode: "numeric" });
  return { input, element: node("div", { class: "desk-groups-field" }, node("label", { class: "form-label", for: id }, label), input) };
}

function reached(table) {
  const head = node("tr", {}, ...["Det, vi ser på", "Bedst muligt", "Nået"].map((text) => node("th", { scope: "col" }, text)));
  const rows = table.map(({ rule, possible, reached: found }) =>
    node("tr", {}, node("th", { scope: "row" }, rule), node("td", {}, String(possible)), node("td", {}, String(found))),
  );
  return node(
    "div",
    { class: "site-table-frame", role: "region", "aria-label": "Det blev nået", tabindex: "0" },
    node("table", { class: "site-table" }, node("thead", {}, head), node("tbody", {}, ...rows)),
  );
}

function person({ name, department, level, new: fresh }) {
  const told = [department, level && `niveau ${level}`].filter(Boolean).join(", ");
  const mark = fresh ? node("strong", { class: "desk-groups-new" }, " ny") : null;
  return node("li", {}, name, mark, told ? node("span", { class: "site-small desk-groups-place" }, told) : null);
}

function group({ name, leaders }, called) {
  const byName = [...leaders].sort((one, other) => one.name.localeCompare(other.name, "da"));
  return node("li", { class: "site-card desk-groups-card" }, node("h3", {}, `${called} ${name}`), node("ul", {}, ...byName.map(person)));
}

function exceptions(proposals, words) {
  if (!proposals.length) return [];
  const lines = proposals.map(({ leader, superior, group: name, why }) => node("li", {}, `${words.one} ${name}: ${leader} og ${superior}. ${why}`));
  return [
    node("h3", {}, "Det skal de selv sige ja til"),
    node("p", {}, `Her sidder nogen i samme ledelseslinje. Spørg begge, før du tager ${words.all.toLowerCase()} i brug.`),
    node("ul", {}, ...lines),
  ];
}

/** What could not be met, and what can be done about it. */
function advised(advice) {
  return advice.length ? [node("ul", { class: "desk-groups-advice" }, ...advice.map((text) => node("li", {}, text)))] : [];
}

/** What is asked for, what it is called, and how it is written into the file. */
function tasks(words) {
  const many = words.many;
  return {
    propose: { called: words.one, all: words.all, working: words.all.toLowerCase(), best: `Bedre ${many} findes ikke under de her hensyn. Det er bevist.` },
    place: { called: words.one, all: "Pladserne", working: "pladserne", best: `Alle andre bliver, hvor de er. Bedre pladser findes ikke. Det er bevist.` },
    visits: { called: "Par", all: "Parrene", working: "parrene", best: "Bedre par findes ikke under de her hensyn. Det er bevist." },
  };
}

function filled(place, desk, { kind, sizes, most }) {
  const words = WORDS[kind];
  const told = status();
  const smallest = number("mindste-gruppe", `Mindst i en ${words.one.toLowerCase()}`, sizes[0], most);
  const largest = number("stoerste-gruppe", `Højst i en ${words.one.toLowerCase()}`, sizes[1], most);
  const rotate = node("input", { type: "checkbox", id: "bland-grupper", class: "form-checkbox" });
  const mix = `Bland på ny: De ${words.many}, der står i filen, er slut, og færrest muligt møder en, de har ${words.met}`;
  const shown = node("div", { class: "desk-groups-shown" });
  const task = tasks(words);
  const propose = button(`Foreslå ${words.many}`, () => doing(propose, told, () => ask("propose")), "primary");
  const newcomers = button("Giv nye en plads", () => doing(newcomers, told, () => ask("place")));
  const pair = kind === "forløb" ? button("Foreslå par til jobbesøg", () => doing(pair, told, () => ask("visits"))) : null;

  async function ask(what) {
    told.say(`Vi regner på ${task[what].working}. Det tager højst ti sekunder …`);
    const wanted = { visits: what === "visits", place: what === "place", smallest: smallest.input.valueAsNumber || 0, largest: largest.input.valueAsNumber || 0, rotate: rotate.checked };
    const found = await desk.post("cohort/groups", wanted);
    const best = found.table.every(({ possible, reached: got }) => possible === got);
    const heard = found.wishes ? "" : " Ledernes egne gruppeønsker er ikke talt med, for filens ledere er ikke dem, der er i brug. Tag filen i brug først, hvis de skal med.";
    told.say((best ? task[what].best : "Det er de bedste, vi nåede at finde. Der kan findes bedre.") + (kind === "forløb" ? heard : ""));
    const keep = button(`Skriv ${task[what].all.toLowerCase()} i filen`, () => doing(keep, told, () => write(found, what, wanted.rotate)), "primary");
    shown.replaceChildren(
      node("h3", {}, "Det blev nået"),
      reached(found.table),
      ...advised(found.advice),
      ...exceptions(found.proposals, words),
      node("ul", { class: "no-max-width desk-groups-cards" }, ...found.groups.map((each) => group(each, task[what].called))),
      node("div", { class: "desk-buttons" }, keep, button("Glem forslaget", () => shown.replaceChildren())),
    );
  }

  async function write(found, what, rotated) {
    const byEmail = found.groups.flatMap(({ name, leaders }) => leaders.map(({ email }) => [email, name]));
    await desk.send("PUT", "cohort/groups", { groups: Object.fromEntries(byEmail), rotated: rotated && what === "propose", visits: what === "visits" });
    shown.replaceChildren();
    await desk.changed();
    told.say(`${task[what].all} står i filen nu. Hent den, hvis du vil flytte nogen i hånden, eller tag kladden i brug.`);
  }

  place.replaceChildren(
    node("p", {}, words.intro),
    node("div", { class: "desk-groups-fields" }, smallest.element, largest.element),
    node("div", { class: "form-group-checkbox" }, rotate, node("label", { for: rotate.id }, mix)),
    node("div", { class: "desk-buttons" }, propose, newcomers, pair),
    told.element,
    shown,
  );
  return ({ draft }) => {
    if (!draft && !shown.hasChildNodes()) told.clear();
  };
}

export function groups(place, desk) {
  let kind = null;
  let hear = null;
  desk.watch((now) => {
    if (kind !== now.kind) hear = filled(place, desk, now);
    kind = now.kind;
    hear(now);
  });
}
