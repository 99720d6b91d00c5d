/** Where the draft is shared with the group as it stands now, and where a shared version is taken back. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { lengthOf, linesOf } from "./reading.js";
import { confirmed, Desk, DRAFT, goneWords, listed, newId, Rows, small, whenDraftSaved } from "./sharing.js";

export function mount(element, client, live) {
  const view = build();
  const desk = new Desk(element, client, live, { path: "drafts", name: "share", draw: (data) => draw(view, data, desk) });
  whenDraftSaved(client, () => desk.refresh());
}

/** Share the draft as the data showed it; resolves to whether that was done. */
export async function shareNow(desk, { now, members }, answered = []) {
  if (!(await desk.arrived(DRAFT))) return false;
  const body = { draft_id: newId(), answered, seen: now.seen };
  const done = await desk.change("POST", "drafts", body);
  if (done) desk.say(`Version ${done.number} er delt med ${listed(members.map(({ name }) => name))}.`);
  return done !== null;
}

function build() {
  const v = {
    hindrance: node("p", { class: "share-hindrance" }),
    preview: node("details", { class: "share-fold" }),
    sheet: node("div", { class: "share-sheet" }),
    readers: node("p", { class: "share-readers" }),
    press: node("div", { class: "share-choices" }),
    list: node("ol", { class: "share-versions", reversed: true }),
    title: node("h3", { class: "share-title" }, "Det har du delt"),
  };
  v.preview.append(node("summary", {}, "Se det, præcis som de får det"), v.sheet);
  return v;
}

function draw(view, data, desk) {
  const { now, hindrance, mine } = data;
  if (!view.rows) {
    desk.element.append(view.hindrance, view.preview, view.readers, view.press, view.title, view.list);
    view.rows = new Rows(view.list, () => version(desk));
  }
  if (view.shared !== mine.length) view.preview.open = mine.length === 0;
  view.shared = mine.length;
  say(view.hindrance, hindrance);
  view.preview.hidden = now.empty;
  renew(view.sheet, now.headings, () => [...linesOf(now.headings), small(lengthOf(now))]);
  say(view.readers, readersWords(data));
  renew(view.press, [Boolean(hindrance), now.empty, now.seen, mine[0]?.number], () => presses(data, desk));
  view.title.hidden = view.list.hidden = mine.length === 0;
  view.rows.show(mine, ({ id }) => id);
}

/** Where the page also shows what has changed, a new version is shared from there, with the points it answers. */
function offeredAbove({ now }) {
  return now.since !== null && document.querySelector('.fl-part[data-part="revision"]') !== null;
}

function unchanged({ now }) {
  return now.since !== null && now.changes.length === 0;
}

function readersWords(data) {
  if (data.now.locked) return "Noget af dit udkast ligger under din gamle nøgle. Få hjælp til at åbne det, før du deler.";
  if (data.now.empty) return "Dit udkast er tomt endnu. Når du har skrevet det i forberedelse 2, kan du dele det her.";
  if (data.hindrance) return "";
  if (offeredAbove(data)) return "";
  if (unchanged(data)) return `Der er ikke ændret noget, siden du delte version ${data.now.since}.`;
  const names = listed(data.members.map(({ name }) => name));
  const fades = data.fades ? " Om to måneder slettes det igen, som I har aftalt." : "";
  return `Det deles med ${names} og ingen andre. De får det, som det står nu. Retter du bagefter, ser de det ikke, før du deler igen.${fades}`;
}

function presses(data, desk) {
  if (data.hindrance || data.now.empty || data.now.locked || unchanged(data) || offeredAbove(data)) return [];
  const words = data.mine.length ? "Del en ny version" : "Del mit udkast";
  return [button(words, () => shareNow(desk, data), "primary")];
}

/** One shared version: who has it, and the way to take it back. */
function version(desk) {
  const title = node("p", { class: "share-version-title" });
  const words = node("p", { class: "share-small" });
  const gone = node("p", { class: "share-small" });
  const back = node("button", { type: "button", class: "button button-secondary share-little" }, "Træk tilbage");
  const element = node("li", { class: "share-version" }, node("div", {}, title, words, gone), back);
  let shown = null;
  back.addEventListener("click", () => withdraw(desk, shown));
  const update = (draft) => {
    shown = draft;
    say(title, `Version ${draft.number} · ${desk.client.moment(draft.made_at)}`);
    say(words, draft.withdrawn ? "Trukket tilbage. Nu er det kun dig, der kan læse den." : `Kan læses af ${listed(draft.readers)}.`);
    say(gone, goneWords(draft));
    back.hidden = draft.withdrawn;
    back.setAttribute("aria-label", `Træk tilbage: version ${draft.number}`);
  };
  return { element, update };
}

async function withdraw(desk, draft) {
  const yes = await confirmed({
    title: `Vil du trække version ${draft.number} tilbage?`,
    body: [
      node("p", {}, `${listed(draft.readers)} kan så ikke læse den mere. Det gælder for altid, men du kan dele en ny.`),
      node("p", {}, "Har nogen givet dig feedback på den, beholder du det. Det, de er ved at skrive, bliver hos dem selv."),
    ],
    yes: "Træk den tilbage",
    no: "Lad den blive",
  });
  if (yes && (await desk.change("DELETE", `drafts/${draft.id}`))) desk.say(`Version ${draft.number} er trukket tilbage.`);
}
