/** What mails to many have in common: who gets one, the mails themselves, how far it is, and the record of each. */
import { button, node } from "../dom.js";
import { doing, progress, Refusal, status } from "./client.js";

const RENEW = 1000;
const OUTBOX = "Serveren har ingen mailserver. Mailene bliver lagt i mappen udbakke på serveren, så it kan sende dem.";
let serial = 0;

function unique(stem) {
  serial += 1;
  return `desk-mail-${stem}-${serial}`;
}

/** "Anna, Bent og Carla". */
export function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} og ${names.at(-1)}`;
}

function small(text) {
  return node("div", { class: "desk-mail-why" }, text);
}

function groupName(group) {
  return /^\d+$/.test(group) ? `Gruppe ${group}` : group;
}

function table(caption, heads, rows) {
  const head = node("tr", {}, ...heads.map((text) => node("th", { scope: "col" }, text)));
  return node(
    "div",
    { class: "site-table-frame desk-mail-frame", role: "region", "aria-label": caption, tabindex: "0" },
    node("table", { class: "site-table desk-mail-table" }, node("thead", {}, head), node("tbody", {}, ...rows)),
  );
}

function cells(...contents) {
  const [first, ...rest] = contents;
  return node("tr", {}, node("th", { scope: "row" }, first), ...rest.map((each) => node("td", {}, each)));
}

/** A question in the place of the button that was pressed; `act` is done on yes. */
function question(place, words, yes, act) {
  const sure = button(yes, async () => (await act(sure)) && close(), "primary");
  const close = () => place.replaceChildren();
  const back = button("Nej, vent", close);
  place.replaceChildren(node("div", { class: "desk-asked desk-mail-asked", role: "group" }, ...words.map((each) => node("p", {}, each)), sure, back));
  sure.focus();
}

/** Who gets a mail: a line for each person, ticked where nothing speaks against it. */
class People {
  #ticked = new Map();
  #seen = "";

  constructor(kind, changed) {
    this.kind = kind;
    this.changed = changed;
    this.summary = node("summary", {});
    this.body = node("div", {});
    this.element = node("details", { class: "desk-mail-fold" }, this.summary, this.body);
  }

  get chosen() {
    return this.people.filter(({ person }) => this.#ticked.get(person));
  }

  show(people) {
    const seen = JSON.stringify(people);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.people = people;
    this.#ticked = new Map(people.map(({ person, chosen }) => [person, chosen]));
    this.element.hidden = people.length === 0;
    const rows = people.map((each) => cells(this.#tick(each), node("div", {}, ...[...each.about, each.note].filter(Boolean).map((text) => node("div", {}, text)))));
    this.body.replaceChildren(table("Hvem får en mail", ["Navn", this.kind.column], rows));
    this.#tell();
  }

  #tick({ person, name, group, chosen }) {
    const id = unique("tick");
    const change = ({ target }) => {
      this.#ticked.set(person, target.checked);
      this.#tell();
    };
    const box = node("input", { type: "checkbox", class: "form-checkbox", id, checked: chosen, change });
    return node("div", { class: "form-group-check desk-mail-tick" }, box, node("label", { for: id }, name), group ? small(groupName(group)) : null);
  }

  #tell() {
    this.summary.textContent = `Vælg, hvem der får en mail (${this.chosen.length} af ${this.people.length} er valgt)`;
    this.changed();
  }
}

/** The mails as they would be, one at a time. */
function letters(kind, desk, told) {
  const id = unique("letter");
  const select = node("select", { id, class: "form-select desk-mail-select", change: () => draw() });
  const subject = node("p", { class: "desk-mail-subject" });
  const text = node("div", { class: "desk-mail-text" });
  const element = node("section", { class: "desk-mail-letter", "aria-label": "Mailene", hidden: true }, node("label", { class: "form-label", for: id }, "Mailen til"), select, subject, text);
  let found = [];

  function draw() {
    const letter = found[Number(select.value)];
    subject.textContent = `Emne: ${letter.subject}`;
    text.textContent = letter.text.trim();
  }

  const press = button("Se mailene, før de bliver sendt", () =>
    doing(press, told, async () => {
      ({ letters: found } = await desk.get(`mailings/letters?slags=${kind.name}`));
      element.hidden = found.length === 0;
      select.replaceChildren(...found.map(({ name, email }, at) => node("option", { value: at }, `${name} <${email}>`)));
      if (found.length) draw();
      else told.say("Der er ingen mails at vise.");
    }),
  );
  return { press, element };
}

/** Every mail that was to be sent: to whom, how it went, and when. */
class Records {
  #seen = "";

  constructor(kind, again) {
    this.kind = kind;
    this.again = again;
    this.summary = node("summary", {});
    this.body = node("div", {});
    this.element = node("details", { class: "desk-mail-fold" }, this.summary, this.body);
  }

  show(record) {
    const seen = JSON.stringify(record);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.element.hidden = record.length === 0;
    this.summary.textContent = `Hvem har fået hvad (${record.filter(({ state }) => state === "sent").length} sendt)`;
    this.body.replaceChildren(table("Hvem har fået hvad", ["Navn og mail", "Tilstand og dag"], [...record].sort((one, other) => other.again - one.again).map((line) => this.#row(line))));
  }

  #row(line) {
    const state = node("div", { class: "desk-mail-state", "data-state": line.state }, `${line.words} ${line.day}`);
    const why = line.why ? small(line.why) : null;
    const place = node("div", {});
    const again = line.again ? button("Send igen", () => this.#ask(place, line)) : null;
    again?.setAttribute("aria-label", `Send igen til ${line.name}`);
    const who = node("div", {}, line.name, ...[line.email, ...line.about].map(small));
    return cells(who, node("div", {}, state, why, again, place));
  }

  #ask(place, line) {
    const words = line.state === "uncertain" ? `${line.name} har måske fået den allerede, og får så to.` : `Mailserveren afviste den sidst. ${line.name} får den, hvis adressen tager imod nu.`;
    question(place, [words, ...this.kind.again], `Send igen til ${line.name}`, (sure) => this.again(sure, line));
  }
}

function totals({ counts, total }) {
  const parts = [`${counts.sent} af ${total} er sendt`];
  if (counts.refused) parts.push(`${counts.refused} afvist`);
  if (counts.uncertain) parts.push(`${counts.uncertain} måske sendt`);
  if (counts.unneeded) parts.push(`${counts.unneeded} ikke nødvendige mere`);
  return `${parts.join(", ")}.`;
}

/**
 * Fill a place with one kind of mails. `kind` is {name, one, many, column, nobody, before: [...], again: [...], head(told)};
 * `extras(chosen, told, refresh)` gives more buttons. Resolves when the first answer is shown.
 */
export async function mailing(place, desk, kind, extras = () => []) {
  const told = status();
  const bar = progress("Så langt er udsendelsen");
  const head = node("p", {});
  const outbox = node("p", { class: "site-note site-note--warm" }, OUTBOX);
  const standing = node("p", { class: "desk-mail-standing", role: "status" });
  const asking = node("div", {});
  const people = new People(kind, () => label());
  const preview = letters(kind, desk, told);
  const records = new Records(kind, (pressed, line) => act(pressed, "again", { mailing: line.mailing, number: line.number }));
  const send = button("", () => ask(), "primary");
  const pause = button("Hold pause", () => act(pause, "pause"));
  const resume = button("Fortsæt", () => act(resume, "resume"), "primary");
  const drop = button("Stop resten", () => question(asking, ["De, der ikke har fået mailen endnu, får den så ikke. Du kan sende til dem senere."], "Stop resten", (sure) => act(sure, "drop")));
  const more = extras(() => people.chosen, told, refresh, (words, yes, work) => question(asking, words, yes, work));
  let timer = null;

  function count() {
    return people.chosen.reduce((sum, { about }) => sum + (kind.each ? about.length : 1), 0);
  }

  function label() {
    const number = count();
    send.textContent = number === 0 ? "Ingen er valgt" : number === 1 ? `Send 1 ${kind.one}` : `Send ${number} ${kind.many}`;
    for (const each of [send, ...more]) each.disabled = number === 0;
  }

  function ask() {
    const fresh = people.chosen.filter((each) => each.fresh).map(({ name }) => name);
    const twice = fresh.length ? [`${listed(fresh)} har allerede fået ${kind.today} i dag.`] : [];
    question(asking, [`${send.textContent}?`, ...kind.before, ...twice], `Ja, ${send.textContent.replace("Send", "send")}`, (sure) => start(sure));
  }

  function start(pressed) {
    return act(pressed, "start", { people: people.chosen.map(({ person }) => person), sure: true });
  }

  function act(pressed, what, body = {}) {
    const whole = what === "again" ? body : { kind: kind.name, ...body };
    return doing(pressed, told, async () => show(await desk.post(`mailings/${what}`, whole)));
  }

  function show(data) {
    const { mailing: now, people: found, record } = data;
    const going = now?.state === "under-way";
    const open = going || now?.state === "paused";
    head.textContent = found.length ? kind.head(data) : kind.nobody(data);
    outbox.hidden = !data.outbox || !(found.length || open);
    if (!open) people.show(found);
    people.element.hidden = open || found.length === 0;
    for (const each of [send, preview.press, ...more]) each.hidden = open || found.length === 0;
    if (open) preview.element.hidden = true;
    pause.hidden = !going;
    resume.hidden = !open || going;
    drop.hidden = !open || going;
    if (open) bar.show(now.over, now.total, totals(now));
    else bar.hide();
    const wait = going && now.next_try ? `Mailserveren svarer ikke. Vi prøver igen kl. ${now.next_try}.` : "";
    const words = wait || (now ? (open ? now.words : `Sidste udsendelse: ${totals(now)}`) : "");
    if (standing.textContent !== words) standing.textContent = words;
    records.show(record);
    clearTimeout(timer);
    if (going) timer = setTimeout(() => refresh().catch(lost), RENEW);
  }

  async function refresh() {
    show((await desk.get("mailings"))[kind.name]);
  }

  function lost(error) {
    if (!(error instanceof Refusal)) throw error;
    standing.textContent = "Vi kan ikke se, hvor langt udsendelsen er, for serveren svarer ikke lige nu. Den sender videre, når den kan.";
    timer = setTimeout(() => refresh().catch(lost), 3 * RENEW);
  }

  await refresh();
  place.replaceChildren(
    head,
    outbox,
    people.element,
    preview.element,
    bar.element,
    standing,
    node("div", { class: "desk-buttons" }, send, preview.press, ...more, pause, resume, drop),
    asking,
    told.element,
    records.element,
  );
}
