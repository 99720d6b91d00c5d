/** The days of the meetings to come: proposed around holidays, changed by hand, and written into the file when she says so. */
import { button, node } from "../dom.js";
import { doing, status } from "./client.js";
import { weekday } from "./words.js";

const WEEKDAYS = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag"];
const TELLS = {
  salon: { many: 6, minutes: "08.30", intro: "Sig, hvornår den første salon tidligst kan være, og hvor mange I vil holde. Så foreslår vi dage fordelt over et år." },
  netværk: { many: 8, minutes: "13.00", intro: "Sig, hvornår det første møde tidligst kan være, og hvor mange I vil holde: seks til otte på et år er passende. Så foreslår vi dage." },
};
const AROUND = " Vi går uden om helligdage, jul, juli, uge 7 og 42, dagene op til påske og dagen efter Kristi himmelfart. Du retter selv dagene, før de bliver skrevet i din fil.";

function field(id, label, input) {
  input.id = id;
  return node("div", { class: "desk-groups-field" }, node("label", { class: "form-label", for: id }, label), input);
}

function later(iso, days) {
  const found = new Date(`${iso}T00:00:00Z`);
  found.setUTCDate(found.getUTCDate() + days);
  return found.toISOString().slice(0, 10);
}

/** A meeting with its day, which may be changed or taken out. */
function line({ title, day, why }, number, dropped) {
  const input = node("input", { type: "date", class: "form-input desk-meetings-day", id: `moede-dag-${number}`, value: day });
  const spoken = node("span", { class: "desk-meetings-weekday" }, weekday(day));
  input.addEventListener("change", () => (spoken.textContent = input.value ? weekday(input.value) : "Vælg en dag"));
  const drop = node("button", { type: "button", class: "function-link", click: () => (item.remove(), dropped()) }, "Fjern", node("span", { class: "sr-only" }, ` ${title}`));
  const item = node(
    "li",
    { class: "desk-meetings-line" },
    node("label", { class: "form-label", for: input.id }, title),
    node("div", { class: "desk-meetings-when" }, input, spoken, drop),
    why ? node("p", { class: "site-small desk-groups-place" }, `${why[0].toUpperCase()}${why.slice(1)}`) : null,
  );
  return item;
}

function filled(place, desk, { kind, last }) {
  const told = status();
  const tells = TELLS[kind];
  const first = node("input", { type: "date", class: "form-input desk-meetings-day", value: last ? later(last.day, 28) : "" });
  const many = node("input", { type: "number", class: "form-input desk-groups-number", min: 1, max: 12, value: tells.many, inputmode: "numeric" });
  const on = node("select", { class: "form-select desk-meetings-weekday-choice" }, ...WEEKDAYS.map((name, number) => node("option", { value: number }, name)));
  on.value = last ? (new Date(`${last.day}T00:00:00Z`).getUTCDay() + 6) % 7 : 2;
  if (!on.value) on.value = 2;
  const starts = node("input", { type: "text", class: "form-input desk-groups-number", value: last?.starts ?? tells.minutes, inputmode: "decimal" });
  const shown = node("div", { class: "desk-groups-shown" });
  const propose = button("Foreslå dage", () => doing(propose, told, () => ask()), "primary");

  async function ask() {
    if (!first.value) {
      told.fail("Vælg først, hvornår det tidligst kan være.");
      first.focus();
      return;
    }
    const { days } = await desk.post("cohort/meetings", { first: first.value, many: many.valueAsNumber || 0, weekday: Number(on.value) });
    told.say("Ret de dage, der ikke passer jer.");
    const list = node("ol", { class: "desk-meetings" });
    const empty = () => list.hasChildNodes() || shown.replaceChildren();
    list.append(...days.map((each, number) => line(each, number, empty)));
    const keep = button("Skriv møderne i filen", () => doing(keep, told, () => write(list)), "primary");
    shown.replaceChildren(list, node("div", { class: "desk-buttons" }, keep, button("Glem forslaget", () => shown.replaceChildren())));
  }

  async function write(list) {
    const days = [...list.querySelectorAll("input")].map(({ value }) => value);
    await desk.send("PUT", "cohort/meetings", { days, starts: starts.value.trim() });
    shown.replaceChildren();
    await desk.changed();
    told.say("Møderne står i filen nu, uden sted og tema. Hent den og skriv dem til, eller tag kladden i brug.");
  }

  place.replaceChildren(
    node("h2", {}, kind === "salon" ? "De næste saloner" : "Årets møder"),
    node("p", {}, tells.intro + AROUND),
    node(
      "div",
      { class: "desk-groups-fields" },
      field("foerste-dag", "Tidligst", first),
      field("antal-moeder", "Hvor mange", many),
      field("moedets-ugedag", "Ugedag", on),
      field("moedets-tid", "Klokken", starts),
    ),
    node("div", { class: "desk-buttons" }, propose),
    told.element,
    shown,
  );
}

export function meetings(place, desk) {
  let kind = null;
  desk.watch((now) => {
    if (kind === now.kind) return;
    kind = now.kind;
    if (TELLS[kind]) filled(place, desk, now);
    else place.replaceChildren();
  });
}
