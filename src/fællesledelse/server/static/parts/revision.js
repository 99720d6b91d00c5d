/** The draft now against the version that was shared last, which points the change answers, and the way to share it. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { differences } from "./reading.js";
import { shareNow } from "./share.js";
import { Desk, listed, small, unique, whenDraftSaved, words } from "./sharing.js";

const POINTS = [1, 2];

export function mount(element, client, live) {
  const view = {
    intro: node("p", { class: "share-readers" }),
    sheet: node("div", { class: "share-sheet" }),
    points: node("div", { class: "share-points" }),
    press: node("div", { class: "share-choices" }),
    chosen: new Map(),
  };
  let data = null;
  const show = () => data && draw(view, data, desk);
  const desk = new Desk(element, client, live, { path: "drafts", name: "revision", draw: (told) => ((data = told), show()) });
  whenDraftSaved(client, () => desk.refresh());
  client.addEventListener("change", show);
}

function draw(view, data, desk) {
  if (!view.intro.isConnected) desk.element.append(view.intro, view.sheet, view.points, view.press);
  const { now, hindrance } = data;
  const changed = now.since !== null && now.changes.length > 0;
  say(view.intro, introduction(data));
  view.sheet.hidden = !changed;
  renew(view.sheet, now.changes, () => (changed ? [...differences(now.changes), rest(now)].filter(Boolean) : []));
  const points = changed && !hindrance ? pointsOf(desk.client) : [];
  renew(view.points, [points, now.headings.map(({ title }) => title)], () => [
    ...(points.length ? [small("De andre ser, hvor du svarer på et af dine punkter. De ser ikke, hvad punktet er.")] : []),
    ...points.map((point) => pointField(view, point, now)),
  ]);
  renew(view.press, [changed, hindrance, now.seen], () => (changed && !hindrance ? [press(view, data, desk)] : []));
}

function introduction({ now, hindrance, members }) {
  if (now.since === null) return "Når du har delt dit udkast første gang, kan du her se, hvad du har ændret siden.";
  if (!now.changes.length) return `Der er ikke ændret noget siden version ${now.since}.`;
  const seen = `Det er nyt siden version ${now.since}. Det nye er understreget, og det, du har slettet, er streget over.`;
  return hindrance ? `${seen} ${hindrance}` : `${seen} Den nye version deles med ${listed(members.map(({ name }) => name))}.`;
}

function rest({ headings, changes }) {
  const touched = new Set(changes.map(({ key }) => key));
  const same = headings.filter(({ key, lines }) => lines.length && !touched.has(key)).map(({ title }) => `»${title}«`);
  return same.length ? small(`Uændret: ${listed(same)}.`) : null;
}

/** The points picked to act on, as they stand in the own fields: [{number, heard, act}]. */
function pointsOf(client) {
  const texts = new Map(client.sources(["points"]).map(({ key, text }) => [key, text.trim()]));
  const found = POINTS.map((number) => ({ number, heard: texts.get(`points.${number}.heard`), act: texts.get(`points.${number}.do`) }));
  return found.filter(({ heard, act }) => heard || act);
}

function pointField(view, { number, heard, act }, { headings }) {
  const select = node("select", { class: "form-select", id: unique("where") });
  const written = headings.filter(({ lines }) => lines.length);
  select.append(node("option", { value: "" }, "Ikke i denne version"), ...written.map(({ key, title }) => node("option", { value: key }, title)));
  select.value = view.chosen.get(number) ?? "";
  select.addEventListener("change", () => view.chosen.set(number, select.value));
  const body = node("div", { class: "share-point" }, node("h4", { class: "share-heading" }, `Dit punkt ${number}`));
  body.append(...[heard, act].filter(Boolean).map((text) => words(text)));
  body.append(node("label", { class: "form-label", for: select.id }, `Hvor svarer du på punkt ${number}?`), select);
  return body;
}

function press(view, data, desk) {
  const answered = () => [...view.chosen].filter(([, where]) => where).map(([point, where]) => ({ point, where }));
  return button("Del den nye version", () => shareNow(desk, data, answered()).then((done) => done && view.chosen.clear()), "primary");
}
