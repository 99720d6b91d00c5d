/** Where a leader shares the case for a network's meeting, hands it on to those who come later, and takes it back. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { confirmed, Desk, listed, newId, seen, small, whenSaved } from "./sharing.js";

const MINE = "Du kan trække den tilbage, når du vil. Forlader du netværket, går den med dig.";

export function mount(element, client, live) {
  const { card } = element.dataset;
  const view = { note: node("p", { class: "share-hindrance" }), rules: node("p", { class: "share-note" }), way: node("div", { class: "release-way" }) };
  const desk = new Desk(element, client, live, { path: `cases/${card}`, name: "case", draw: (data) => draw(view, data, desk, card) });
  whenSaved(client, (key) => key.startsWith(`${card}.`), () => desk.refresh());
}

function draw(view, data, desk, card) {
  if (!view.way.isConnected) desk.element.append(view.note, view.rules, view.way);
  const able = data.written && !data.locked && !data.hindrance;
  say(view.note, data.locked ? "Noget af sagen ligger under din gamle nøgle. Få hjælp til at åbne det først." : data.hindrance);
  say(view.rules, able && !data.shared ? data.rules : "");
  renew(view.way, [able, data.written, data.shared, data.readers, data.absent], () => (data.shared ? shared(data, desk, card, able) : waiting(data, desk, card, able)));
}

/** The case is nobody else's yet. */
function waiting({ written, readers, absent }, desk, card, able) {
  if (!written) return [small("Når du har skrevet, kan du dele sagen her. Til da er den kun din.")];
  if (!able) return [];
  const title = node("h3", { class: "share-title" }, "Del sagen med netværket");
  const who = small(`Den går, som den står nu, til ${listed(readers)} og ingen andre. Facilitatoren kan ikke læse den.`);
  const line = node("div", { class: "share-choices" }, button("Del sagen med netværket", () => desk.once(() => give(desk, card)), "primary"));
  return [title, who, ...later(absent), small(MINE), line];
}

function later(absent) {
  return absent.length ? [small(`${listed(absent)} er ikke begyndt endnu og kan først læse den, når du giver den videre.`)] : [];
}

/** The network can read it. */
function shared({ shared: { made_at, readers, missed, changed, id }, absent }, desk, card, able) {
  const title = node("h3", { class: "share-title" }, "Delt med netværket");
  const who = small(readers.length ? `Delt ${desk.client.moment(made_at)}. ${listed(readers)} kan læse den, som den stod da.` : `Delt ${desk.client.moment(made_at)}. Ingen af dem, du delte den med, er her mere.`);
  const line = node("div", { class: "share-choices" });
  if (able && changed) line.append(button("Del sagen igen, som den er nu", () => desk.once(() => give(desk, card)), "primary"));
  if (missed.length) line.append(button(`Giv den videre til ${listed(missed)}`, () => desk.once(() => handOn(desk, card, missed))));
  line.append(button("Træk sagen tilbage", () => desk.once(() => withdraw(desk, card, id))));
  const told = [who];
  if (changed) told.push(small("Du har rettet i den siden. De andre ser først det nye, når du deler igen."));
  if (missed.length) told.push(small(`${listed(missed)} er kommet til, siden du delte, og kan ikke læse den. Det bestemmer du.`));
  return [title, ...told, ...later(absent), small(MINE), line];
}

async function give(desk, card) {
  const versions = await seen(desk, card);
  if (versions === null) return;
  if (await desk.change("PUT", `cases/${card}`, { share_id: newId(), seen: versions })) desk.say("Sagen er delt med netværket.");
}

async function handOn(desk, card, names) {
  if (await desk.change("POST", `cases/${card}`, { share_id: newId() })) desk.say(`Nu kan ${listed(names)} også læse den, som den var.`);
}

async function withdraw(desk, card, id) {
  const body = [node("p", {}, "Ingen andre kan så læse den mere. Det, de har læst, kan du ikke trække tilbage.")];
  const sure = await confirmed({ title: "Vil du trække sagen tilbage fra netværket?", body, yes: "Ja, træk den tilbage", no: "Lad den blive" });
  if (sure && (await desk.change("DELETE", `cases/${card}/${id}`))) desk.say("Sagen er trukket tilbage. Kun du kan læse den nu.");
}
