/** The cohort as one Excel file: fetched, brought back, checked, and kept as a draft until it is taken into use. */
import { button, node } from "../dom.js";
import { WORDS, day } from "./words.js";
import { doing, findings, Refusal, status } from "./client.js";

const LARGEST = 5 * 1024 * 1024; // bytes, as the server takes
const EXCEL = ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** What a draft would become, for a facilitator to nod at. */
function summary(draft, words) {
  const sizes = draft.groups.map(([size, count]) => `${count} med ${size}`).join(", ");
  const facts = [
    [words.gathering, `${draft.name}, ${draft.organisation}`],
    ["Periode", draft.ends ? `${day(draft.starts)} til ${day(draft.ends)}` : `fra ${day(draft.starts)}`],
    ["Ledere", String(draft.leaders)],
    [words.all, sizes || "ingen endnu"],
    [`Uden ${words.one.toLowerCase()}`, draft.without_group && sizes ? String(draft.without_group) : ""],
    ["Facilitatorer", draft.facilitators.join(", ")],
  ];
  return node(
    "dl",
    { class: "desk-facts" },
    ...facts.filter(([, text]) => text).flatMap(([name, text]) => [node("dt", {}, name), node("dd", {}, text)]),
  );
}

function reminders(found) {
  if (!found.length) return null;
  const blank = (text) => text.includes("står tomt"); // what only humans know waits below what a line is wrong about
  const first = [...found.filter((text) => !blank(text)), ...found.filter(blank)];
  const list = node("ul", {}, ...first.map((text) => node("li", {}, text)));
  return node("details", { class: "desk-reminders", open: !first.every(blank) }, node("summary", {}, `Husk også (${found.length})`), list);
}

function card(draft, words, discard) {
  return node(
    "section",
    { class: "site-card desk-draft", "aria-label": "Kladden" },
    node("h3", {}, "Kladden er i orden"),
    node("p", {}, "Den er gemt her på serveren. Lederne ser den ikke, før du tager den i brug nederst på siden."),
    summary(draft, words),
    reminders(draft.reminders),
    node("div", { class: "desk-buttons" }, discard),
  );
}

export async function cohortFile(place, desk) {
  const told = status();
  const now = node("p", { class: "desk-now" });
  const shown = node("div", {});
  const input = node("input", { type: "file", accept: EXCEL, id: "holdets-fil", class: "desk-file-input", change: () => bring() });
  const discard = button("Kassér kladden", () => doing(discard, told, () => drop()));

  function show({ live, draft, kind }) {
    const next = draft ? "" : " Hent filen, udfyld de tre ark i Excel, og læg den op her.";
    now.textContent = live.pages.length ? `I brug nu: ${live.name} med ${live.leaders} ledere.` : `Intet er bygget endnu.${next}`;
    if (!draft) told.clear();
    shown.replaceChildren(...(draft ? [card(draft, WORDS[kind], discard)] : []));
  }

  async function drop() {
    await desk.send("DELETE", "cohort.xlsx");
    await desk.changed();
    told.say("Kladden er kasseret. Det, der er i brug, er det stadig.");
  }

  async function bring() {
    const [file] = input.files;
    if (!file) return;
    if (file.size > LARGEST) {
      told.fail(`Filen er for stor. ${file.name} fylder over 5 MB. Slet billeder og ark, der ikke hører til, og læg den op igen. Intet er ændret.`);
      input.value = "";
      return;
    }
    told.say(`${file.name} bliver tjekket …`);
    shown.replaceChildren();
    try {
      await desk.send("PUT", "cohort.xlsx", file);
      await desk.changed();
      told.say(`${file.name} er tjekket og i orden.`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      told.fail(`${file.name} kan ikke bruges endnu. Intet er ændret.`);
      if (error.data?.findings) shown.replaceChildren(findings(error.data.findings));
      else told.fail(error.message);
    }
    input.value = "";
  }

  desk.watch(show);
  place.replaceChildren(
    now,
    node(
      "div",
      { class: "desk-buttons" },
      button("Hent filen", () => desk.download("cohort.xlsx")),
      node("label", { class: "button button-primary desk-file", for: "holdets-fil" }, "Læg filen op", input),
    ),
    told.element,
    shown,
  );
  await desk.changed();
}
