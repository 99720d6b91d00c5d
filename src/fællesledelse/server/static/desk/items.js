/** What the survey asks: fetched as files, brought back in the facilitator's own words, checked, looked at, taken into use. */
import { button, node } from "../dom.js";
import { doing, findings, followed, progress, Refusal, status } from "./client.js";

const LARGEST = 350_000; // bytes of one file: two of them, packed for the way, are what the server takes
const KINDS = ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PARTS = { items: "Jeres udsagn (spoergeskema)", themes: "Jeres temaer (temaer)" };
const LOCKED = "Udsagnene ligger fast, fordi den første måling er åbnet: Blev de lavet om, kunne målingerne ikke sammenlignes.";

const counted = (count, one, many) => (count === 1 ? `ét ${one}` : `${count} ${many}`);
const size = ({ statements, themes }) => `${counted(statements, "udsagn", "udsagn")} i ${counted(themes.length, "tema", "temaer")}`;

/** The bytes of a file, as text. */
function packed(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Refusal(`${file.name} kan ikke læses. Er den åben i Excel, så luk den dér, og vælg den igen.`));
    reader.readAsDataURL(file);
  });
}

/** All that is asked, theme by theme. */
function asked({ themes }) {
  const theme = ({ title, intro, statements }) => [node("h4", {}, title), intro ? node("p", { class: "site-small" }, intro) : null, node("ul", { class: "site-list" }, ...statements.map((text) => node("li", {}, text)))];
  return node("details", { class: "desk-items-asked" }, node("summary", {}, "Se det, som lederne møder det"), ...themes.flatMap(theme).filter(Boolean));
}

export async function items(place, desk) {
  const told = status();
  const bar = progress("Så langt er vi");
  const now = node("div");
  const shown = node("div");
  const chosen = Object.fromEntries(Object.entries(PARTS).map(([part, label]) => [part, chooser(part, label)]));
  const check = button("Tjek filerne", () => look(), "primary");
  const undo = button("Fortryd", () => back());
  const form = node("div", { class: "desk-items-form" }, ...Object.values(chosen).map(({ element }) => element), node("div", { class: "desk-buttons" }, check));
  let change = 0; // the last that can be undone
  undo.hidden = true;

  function chooser(part, label) {
    const id = `op-${part}`;
    const input = node("input", { type: "file", accept: KINDS, id, class: "form-input", change: () => shown.replaceChildren() });
    return { input, element: node("div", { class: "form-group" }, node("label", { class: "form-label", for: id }, label), input) };
  }

  /** What was chosen, packed for the server. */
  async function files() {
    const found = Object.entries(chosen).filter(([, { input }]) => input.files.length);
    if (!found.length) throw new Refusal("Vælg mindst én af de to filer først.");
    const body = {};
    for (const [part, { input }] of found) {
      const [file] = input.files;
      if (file.size > LARGEST) throw new Refusal(`${file.name} er for stor. Slet det, der ikke hører til spørgeskemaet. Intet er ændret.`);
      body[part] = await packed(file);
    }
    return body;
  }

  async function look() {
    shown.replaceChildren();
    await doing(check, told, async () => {
      try {
        const body = await files();
        offer(await desk.post("cohort/items/preview", body), body);
      } catch (error) {
        if (error.data?.findings) shown.replaceChildren(findings(error.data.findings));
        throw error.data?.findings ? new Refusal("Det kan ikke bruges endnu. Intet er ændret.") : error;
      }
    });
  }

  function offer(found, body) {
    if (!found.changes.length) {
      told.say("Filerne er i orden, men der står det samme, som er i brug nu.");
      return;
    }
    const take = button("Tag det i brug", () => use(take, body), "primary");
    const leave = button("Lad være", () => clear());
    const list = node("ul", { class: "site-list" }, ...found.changes.map((text) => node("li", {}, text)));
    const head = node("h3", { tabindex: "-1" }, `Det bliver til ${size(found)}`);
    shown.replaceChildren(node("section", { class: "site-card desk-draft", "aria-label": "Det, der bliver anderledes" }, head, node("p", {}, "Alt er i orden. Lederne ser det ikke, før du tager det i brug."), list, asked(found), node("div", { class: "desk-buttons" }, take, leave)));
    head.focus();
  }

  function clear() {
    for (const { input } of Object.values(chosen)) input.value = "";
    shown.replaceChildren();
  }

  function use(pressed, body) {
    return doing(pressed, told, async () => {
      await followed(desk, bar, "PUT", "cohort/items", body);
      clear();
      await renewed();
      told.say("Det er i brug. Det er det, lederne bliver spurgt om, når den første måling åbner.");
    });
  }

  function back() {
    return doing(undo, told, async () => {
      await followed(desk, bar, "POST", "cohort/undo", { change });
      await renewed();
      undo.hidden = true;
      told.say("Spørgeskemaet er, som det var før.");
    });
  }

  /** Let the other parts know, and let what was done last be what can be undone. */
  async function renewed() {
    await desk.changed();
    undo.hidden = !change;
  }

  async function show() {
    const found = await desk.get("cohort/items");
    const fetch = (name, words) => button(words, () => desk.download(`cohort/items/${name}`));
    const standing = found.statements ? `I brug nu: ${size(found)}.` : "Der er ingen udsagn i brug. De to filer, du kan hente, er programmets egne.";
    form.hidden = found.locked;
    if (found.locked) {
      undo.hidden = true;
      clear();
    }
    now.replaceChildren(
      node("p", { class: "desk-now" }, standing),
      ...(found.locked ? [node("p", {}, LOCKED)] : []),
      node("div", { class: "desk-buttons" }, fetch("spoergeskema", "Hent udsagnene"), fetch("temaer", "Hent temaerne")),
      ...(found.statements ? [asked(found)] : []),
    );
  }

  desk.addEventListener("survey", () => show());
  desk.addEventListener("cohort", ({ detail }) => ({ changes: change } = detail));
  place.replaceChildren(now, form, bar.element, told.element, node("div", { class: "desk-buttons" }, undo), shown);
  await show();
}
