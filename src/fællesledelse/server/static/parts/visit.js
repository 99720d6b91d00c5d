/** The job visit: whom I visit, the host's card before, and what each saw, which nobody reads before writing. */
import { button, node } from "../dom.js";
import { renew, say } from "./draw.js";
import { belongs, confirmed, Desk, listed, newId, small, words } from "./sharing.js";

const CARDS = {
  host: { title: "Før besøget", give: "Send værtskortet", again: "Send værtskortet igen, som det er nu", keys: "host" },
  visit: { title: "Efter besøget", give: "Giv mit kort", again: "", keys: "visit" },
};

export function mount(element, client, live) {
  const step = element.dataset.card.split(".")[1];
  const view = { who: node("p", {}), promise: node("div", {}), host: node("div", { class: "release-way" }), visit: node("div", { class: "release-way" }) };
  const desk = new Desk(element, client, live, { path: `visits/${step}`, name: "visit", draw: (data) => draw(view, data, desk) });
  client.addEventListener("change", () => client.unsent.length || desk.refresh());
}

function draw(view, data, desk) {
  if (!view.who.isConnected) desk.element.append(view.who, view.host, view.visit, view.promise);
  say(view.who, pair(data));
  renew(view.promise, data.promise, () => [belongs(data.promise)].filter(Boolean));
  for (const card of Object.keys(CARDS)) {
    desk.client.tellReaders(`period.${data.step}.${CARDS[card].keys}`, readers(card, data));
    view[card].hidden = data.others.length === 0;
    renew(view[card], [data.mine[card], data.written[card], data.theirs[card], data.waiting, data.others, data.missed[card]], () => way(card, data, desk));
  }
}

function pair({ others, absent }) {
  if (!others.length && !absent.length) return "Du er ikke i et besøgspar endnu. Det laver din facilitator.";
  const late = absent.length ? ` ${listed(absent)} har ikke taget arbejdsbogen i brug endnu.` : "";
  return `Du og ${listed([...others, ...absent])} besøger hinanden.${late}`;
}

function way(card, data, desk) {
  const { title, give, again } = CARDS[card];
  const given = data.mine[card];
  const line = node("div", { class: "share-choices" });
  if (given && card === "visit" && data.missed.visit.length) line.append(button(`Giv det også til ${listed(data.missed.visit)}`, () => desk.once(() => handOn(data, desk)), "primary"));
  if (data.written[card] && !(given && card === "visit")) line.append(button(given ? again : give, () => desk.once(() => send(card, data, desk)), given ? "secondary" : "primary"));
  return [node("h3", { class: "share-title" }, title), small(standing(card, data, desk)), line, ...data.theirs[card].map(theirs)];
}

function standing(card, data, desk) {
  const { missed } = data;
  const others = listed(data.others);
  const given = data.mine[card];
  const late = missed[card].length ? ` ${listed(missed[card])} er kommet til siden og har ikke fået det.` : "";
  const readers = listed(data.others.filter((name) => !missed[card].includes(name)));
  if (card === "host") return given ? `Sendt ${desk.client.moment(given)}.${readers && ` ${readers} kan læse det.`}${late}` : data.written.host ? `${others} får dit spørgsmål, og hvad der ikke må ses eller noteres.` : "Skriv dit værtskort ovenfor. Så kan du sende det her.";
  if (given) return data.theirs.visit.length ? `Givet ${desk.client.moment(given)}. Nu kan I læse hinandens.${late}` : `Givet ${desk.client.moment(given)}. Du kan læse det, ${others} skriver, når det er givet.${late}`;
  const wait = data.waiting.length ? ` ${listed(data.waiting)} har givet sit. Du kan læse det, når du har givet dit.` : " Ingen kan læse den andens, før begge har skrevet.";
  return (data.written.visit ? `${others} får dit kort, som det står nu.` : "Skriv dit kort ovenfor samme dag.") + wait;
}

/** Who reads an own card as it was given: the host's at once, the guest's who has given too. Null while it is nobody. */
function readers(card, data) {
  const got = data.mine[card] ? data.others.filter((name) => !data.missed[card].includes(name)) : [];
  const now = got.filter((name) => card === "host" || data.theirs.visit.some(({ from }) => from === name));
  if (now.length) return `${listed(["Dig", ...now])}, som kortet var, da du ${card === "host" ? "sendte" : "gav"} det`;
  return got.length ? `Kun dig, til ${listed(got)} har givet ${got.length > 1 ? "deres" : "sit"}` : null;
}

function theirs({ from, parts }) {
  const list = parts.flatMap((part) => [node("dt", {}, part.title), node("dd", {}, words(part.text))]);
  return node("details", { class: "share-fold", open: true }, node("summary", {}, `Fra ${from}`), node("dl", {}, ...list));
}

async function send(card, data, desk) {
  const keys = desk.client.fields.map(({ key }) => key).filter((key) => key.startsWith(`period.${data.step}.${CARDS[card].keys}.`));
  if (!(await desk.arrived(keys))) return;
  const once = [node("p", {}, `${listed(data.others)} kan læse det, når de har givet deres. Det, du har givet, kan ikke tages tilbage.`)];
  if (card === "visit" && !(await confirmed({ title: "Vil du give dit kort?", body: once, yes: "Ja, giv det", no: "Ikke endnu" }))) return;
  if (await desk.change("POST", `visits/${data.step}`, { card, share_id: newId() })) desk.say(card === "host" ? "Værtskortet er sendt." : "Kortet er givet.");
}

/** Give the card, as it was, to those who came after it was given. */
async function handOn(data, desk) {
  if (await desk.change("POST", `visits/${data.step}`, { card: "visit", share_id: newId() })) desk.say(`Kortet er også givet til ${listed(data.missed.visit)}.`);
}
