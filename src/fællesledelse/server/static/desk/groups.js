/** Sparring groups: a proposal with what was reached, and written into the file when the facilitator says so. */
import { button, node } from "../dom.js";
import { doing, status } from "./client.js";

function number(id, label, value) {
  const input = node("input", { type: "number", id, class: "form-input desk-groups-number", min: 2, max: 8, value, inputmode: "numeric" });
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

function group({ name, leaders }, visits) {
  const byName = [...leaders].sort((one, other) => one.name.localeCompare(other.name, "da"));
  const people = byName.map(({ name: leader, department }) =>
    node("li", {}, leader, department ? node("span", { class: "site-small desk-groups-place" }, department) : null),
  );
  return node("li", { class: "site-card desk-groups-card" }, node("h3", {}, `${visits ? "Par" : "Gruppe"} ${name}`), node("ul", {}, ...people));
}

function exceptions(proposals, visits) {
  if (!proposals.length) return [];
  const [one, all] = visits ? ["Par", "parrene"] : ["Gruppe", "grupperne"];
  const lines = proposals.map(({ leader, superior, group: name, why }) => node("li", {}, `${one} ${name}: ${leader} og ${superior}. ${why}`));
  return [
    node("h3", {}, "Det skal de selv sige ja til"),
    node("p", {}, `Her sidder nogen i samme ledelseslinje. Spørg begge, før du tager ${all} i brug.`),
    node("ul", {}, ...lines),
  ];
}

export function groups(place, desk) {
  const told = status();
  const smallest = number("mindste-gruppe", "Mindst i en gruppe", 3);
  const largest = number("stoerste-gruppe", "Højst i en gruppe", 4);
  const rotate = node("input", { type: "checkbox", id: "bland-grupper", class: "form-checkbox" });
  const shown = node("div", { class: "desk-groups-shown" });
  const propose = button("Foreslå grupper", () => doing(propose, told, () => ask(false)), "primary");
  const pair = button("Foreslå par til jobbesøg", () => doing(pair, told, () => ask(true)));

  async function ask(visits) {
    told.say(`Vi regner på ${visits ? "parrene" : "grupperne"}. Det tager højst ti sekunder …`);
    const wanted = { visits, smallest: smallest.input.valueAsNumber || 0, largest: largest.input.valueAsNumber || 0, rotate: rotate.checked };
    const found = await desk.post("cohort/groups", wanted);
    const best = found.table.every(({ possible, reached: got }) => possible === got);
    const heard = found.wishes ? "" : " Ledernes egne gruppeønsker er ikke talt med, for filens ledere er ikke dem, der er i brug. Tag filen i brug først, hvis de skal med.";
    told.say((best ? "Bedre grupper findes ikke under de her hensyn. Det er bevist." : "Det er de bedste, vi nåede at finde. Der kan findes bedre.") + heard);
    const keep = button(visits ? "Skriv parrene i filen" : "Skriv grupperne i filen", () => doing(keep, told, () => write(found, wanted.rotate && !visits, visits)), "primary");
    shown.replaceChildren(
      node("h3", {}, "Det blev nået"),
      reached(found.table),
      ...exceptions(found.proposals, visits),
      node("ul", { class: "no-max-width desk-groups-cards" }, ...found.groups.map((each) => group(each, visits))),
      node("div", { class: "desk-buttons" }, keep, button("Glem forslaget", () => shown.replaceChildren())),
    );
  }

  async function write(found, rotated, visits) {
    const byEmail = found.groups.flatMap(({ name, leaders }) => leaders.map(({ email }) => [email, name]));
    await desk.send("PUT", "cohort/groups", { groups: Object.fromEntries(byEmail), rotated, visits });
    shown.replaceChildren();
    await desk.changed();
    told.say(`${visits ? "Parrene" : "Grupperne"} står i filen nu. Hent den, hvis du vil flytte nogen i hånden, eller tag kladden i brug.`);
  }

  desk.addEventListener("cohort", ({ detail: { draft } }) => {
    if (!draft && !shown.hasChildNodes()) told.clear();
  });
  place.replaceChildren(
    node("div", { class: "desk-groups-fields" }, smallest.element, largest.element),
    node("div", { class: "form-group-checkbox" }, rotate, node("label", { for: rotate.id }, "Bland på ny: De grupper, der står i filen, er slut, og færrest muligt møder en, de har været i gruppe med")),
    node("div", { class: "desk-buttons" }, propose, pair),
    told.element,
    shown,
  );
}
