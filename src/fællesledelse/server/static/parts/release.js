/** Where an experiment card is let go: whole to the group, in chosen parts onto the board; and what the others have let go. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { belongs, confirmed, Desk, listed, newId, Rows, seen, short, small, unique, whenSaved, words } from "./sharing.js";

const FEW = 3; // names that are told; more are counted

export function mount(element, client, live) {
  const { card } = element.dataset;
  const view = build(client, card);
  const desk = new Desk(element, client, live, { path: `cards/${card}`, name: "release", draw: (data) => draw(view, data, desk, card) });
  whenSaved(client, (key) => key.startsWith(`${card}.`), () => desk.refresh());
}

function build(client, card) {
  const address = `/api/${encodeURIComponent(client.gathering)}/cards/${card}/dag.ics`;
  const v = {
    calendar: node("p", { class: "release-calendar", hidden: true }, node("a", { href: address, download: "proevehandling.ics" }, "Læg dagen i din kalender")),
    promise: node("div", {}),
    note: node("p", { class: "share-hindrance" }),
    group: node("div", { class: "release-way" }),
    board: node("div", { class: "release-way" }),
    parts: node("div"),
    press: node("div"),
    title: node("h3", { class: "share-title" }, "De andre i gruppen har delt"),
    list: node("ul", { class: "release-theirs" }),
    chosen: new Map(), // what the owner has ticked and unticked stays when the card is drawn anew
  };
  return v;
}

function draw(view, data, desk, card) {
  if (!view.rows) {
    desk.element.append(view.promise, view.note, view.group, view.board, view.title, view.list);
    view.board.append(view.parts, view.press); // the button stays while the parts are drawn anew: it may be being pressed
    view.rows = new Rows(view.list, () => theirs());
    document.querySelector(`[data-field="${CSS.escape(card)}.day"] > .fl-writing`)?.append(view.calendar); // where the day is set
  }
  renew(view.promise, data.promise, () => [belongs(data.promise)].filter(Boolean));
  view.calendar.hidden = !data.parts.some(({ name }) => name === "day");
  say(view.note, data.locked ? "Noget af kortet ligger under din gamle nøgle. Få hjælp til at åbne det først." : data.parts.length ? "" : "Når du har skrevet på kortet, kan du dele det her.");
  desk.client.tellReaders(card, readers(data.shared));
  const able = data.parts.length > 0 && !data.locked;
  view.group.hidden = view.board.hidden = !able && !data.shared.group && !data.shared.board;
  renew(view.group, [able, data.shared.group, data.hindrance, data.members], () => toGroup(data, desk, card, able));
  renew(view.parts, [able, data.shared.board, data.parts, data.missed], () => toBoard(view, data, desk, able));
  renew(view.press, [able, data.shared.board, data.missed], () => [presses(data, desk, card, "board", data.shared.board, able, () => view.wanted())]);
  view.title.hidden = view.list.hidden = data.theirs.length === 0;
  view.rows.show(data.theirs, ({ id }) => id);
}

/** Who reads the card as it was let go of, or null. */
function readers({ group, board }) {
  if (!group && !board) return null;
  const whole = group ? "Dig og gruppen, som kortet var, da du delte det" : "Dig";
  return board ? `${whole}. Hele holdet læser det, der hænger på tavlen` : whole;
}

function toGroup(data, desk, card, able) {
  const { group } = data.shared;
  const title = node("h3", { class: "share-title" }, "Til gruppen");
  if (group) return [title, small(`Delt ${desk.client.moment(group.made_at)}. ${listed(data.members)} kan læse hele kortet, som det stod da.`), presses(data, desk, card, "group", group, able)];
  if (data.hindrance) return [title, small(data.hindrance)];
  return [title, small(`Hele kortet, som det står nu, til ${listed(data.members)} og ingen andre.`), presses(data, desk, card, "group", null, able)];
}

function toBoard(view, data, desk, able) {
  const { board } = data.shared;
  const kept = view.chosen;
  const title = node("h3", { class: "share-title" }, "Op på tavlen");
  const hint = small("Alle ledere og facilitatorer på holdet kan læse det, også på en storskærm. Vælg, hvad der skal med.");
  const standing = board ? small(`Det hænger på tavlen siden ${desk.client.moment(board.made_at)}.${late(data.missed)}`) : null;
  const ticked = ({ name, suggested }) => (board ? board.parts.includes(name) : suggested);
  const boxes = data.parts.map((part) => box(part.name, part.title, part.text, ticked(part), kept));
  const success = box("success", "Det her er en fælles succes", "Så hænger den øverst.", board?.success ?? false, kept);
  const theme = themes(data.themes, kept.get("theme") ?? board?.theme ?? "", kept);
  view.wanted = () => ({ theme: theme?.select.value ?? "", parts: boxes.filter(({ input }) => input.checked).map(({ input }) => input.value), success: success.input.checked });
  const fieldset = node("fieldset", { class: "release-parts fl-fields" }, node("legend", { class: "share-label" }, "Det, der skal med"), ...boxes.map(({ label }) => label), theme?.element, success.label);
  return [title, hint, standing, able ? fieldset : null].filter(Boolean);
}

/** Who has come since the card was hung up, in a sentence. */
function late(missed) {
  if (!missed.length) return "";
  return ` ${missed.length > FEW ? `${missed.length} på holdet` : listed(missed)} er kommet til siden og kan ikke læse det endnu.`;
}

function box(value, title, text, checked, kept) {
  const id = unique("part");
  const input = node("input", { type: "checkbox", class: "fl-check", id, value, checked: kept.get(value) ?? checked, change: () => kept.set(value, input.checked) });
  return { input, label: node("label", { class: "release-part", for: id }, input, node("span", {}, node("strong", {}, title), node("span", { class: "release-text", dir: "auto" }, short(text)))) };
}

function presses(data, desk, card, to, given, able, chosen = () => ({ parts: [], theme: "", success: false })) {
  const line = node("div", { class: "share-choices" });
  const again = { group: "Del kortet igen, som det er nu", board: "Hæng den nye op i stedet" }[to];
  const first = { group: "Del kortet med gruppen", board: "Hæng det op på tavlen" }[to];
  if (able && (to === "board" || !data.hindrance)) line.append(button(given ? again : first, () => desk.once(() => give(desk, card, to, chosen())), given ? "secondary" : "primary"));
  if (given && to === "board" && data.missed.length) line.append(button(data.missed.length === 1 ? "Vis det også for den nye" : "Vis det også for de nye", () => desk.once(() => handOn(desk, card)), "primary"));
  if (given) line.append(button("Træk tilbage", () => desk.once(() => withdraw(desk, card, to, given))));
  return line;
}

/** Which theme of the programme's compass the card is about; nothing where it has no compass. */
function themes(names, chosen, kept) {
  if (!names.length) return null;
  const id = unique("theme");
  const select = node("select", { class: "form-select", id, change: () => kept.set("theme", select.value) }, node("option", { value: "" }, "Intet bestemt"), ...names.map((name) => node("option", { value: name, selected: name === chosen }, name)));
  return { select, element: node("div", { class: "release-theme" }, node("label", { class: "share-label", for: id }, "Temaet i kompasset, det siger noget om"), select) };
}

async function give(desk, card, to, { parts, theme, success }) {
  const versions = await seen(desk, card);
  if (versions === null) return;
  const done = await desk.change("PUT", `cards/${card}`, { share_id: newId(), to, parts, theme, success, seen: versions });
  if (done) desk.say({ group: "Kortet er delt med gruppen.", board: "Det hænger på tavlen nu." }[to]);
}

/** Let those who have come since read what hangs on the board, as it was hung up. */
async function handOn(desk, card) {
  if (await desk.change("POST", `cards/${card}`, { share_id: newId() })) desk.say("Nu kan alle, der er med, læse det på tavlen.");
}

async function withdraw(desk, card, to, { id }) {
  const title = { group: "Vil du trække kortet tilbage fra gruppen?", board: "Vil du tage det ned fra tavlen?" }[to];
  const body = [node("p", {}, "Ingen andre kan så læse det mere. Det, de har læst, kan du ikke trække tilbage.")];
  if ((await confirmed({ title, body, yes: "Ja, gør det", no: "Lad det blive" })) && (await desk.change("DELETE", `cards/${card}/${id}`))) desk.say("Det er trukket tilbage. Kun du kan læse det nu.");
}

/** A card that somebody else in the group has shared. */
function theirs() {
  const title = node("summary", {});
  const list = node("dl", {});
  const element = node("li", {}, node("details", { class: "share-fold" }, title, list));
  const update = ({ from, parts }) => {
    title.textContent = from;
    list.replaceChildren(...parts.flatMap((part) => [node("dt", {}, part.title), node("dd", {}, words(part.text))]));
  };
  return { element, update };
}
