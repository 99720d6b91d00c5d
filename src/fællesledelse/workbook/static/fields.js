/**
 * The fields of one cell: a text, cards, a choice of own sentences, a pick, a date, or a text of the private annex.
 *
 * On the server's pages they are drawn by the page itself (page.js), and the text never goes through a kernel. In
 * JupyterLab they are a widget, and it lives in the widget's `values`. Data only ever becomes text nodes and values,
 * never markup.
 */

const READERS = {
  self: "Kun du",
  group: "Kun du – til du selv deler med din gruppe",
  cohort: "Kun du – til du selv deler med holdet",
  published: "Kun du – til du selv udgiver",
};
const FALLBACK = "Dit svar";
const PRIVATE = "private.";
const NEAR = 0.9;
const PAUSE = 120_000; // ends a stretch of writing
const FEW = 8; // sentences to choose from that stand there at once; the rest on request
const ABBREVIATIONS = new Set(
  ("bl.a. ca. cand. d. dvs. eks. ekskl. evt. f.eks. ff. fmd. fx. hhv. hr. inkl. jf. kap. kl. kr. m.fl. m.m. m.v. mfl. mht. mia. mio. " +
    "mm. mv. nr. o.l. osv. pga. pkt. s. sml. stk. tlf. vedr.").split(" "),
);

let serial = 0;

function unique(stem) {
  serial += 1;
  return `fl-${stem}-${serial}-${Math.random().toString(36).slice(2, 8)}`;
}

function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== undefined && value !== "") element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function button(text, click, kind = "secondary", attributes = {}) {
  return node("button", { type: "button", class: `button button-${kind}`, click, ...attributes }, text);
}

function lock() {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  for (const [name, value] of [["class", "fl-lock"], ["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["focusable", "false"]])
    picture.setAttribute(name, value);
  path.setAttribute("d", "M12 2a5 5 0 0 0-5 5v3H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-8a2 2 0 0 0-2-2h-1V7a5 5 0 0 0-5-5zm-3 8V7a3 3 0 0 1 6 0v3z");
  picture.append(path);
  return picture;
}

/* The prose above */

function plain(element) {
  const copy = element.cloneNode(true);
  for (const link of copy.querySelectorAll(".anchor-link, .jp-InternalAnchorLink")) link.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function silenceAnchors(heading) {
  for (const link of heading.querySelectorAll(".anchor-link, .jp-InternalAnchorLink")) {
    link.setAttribute("aria-hidden", "true");
    link.setAttribute("tabindex", "-1");
  }
}

function proseAbove(element) {
  let cell = element.closest(".jp-Cell");
  while ((cell = cell?.previousElementSibling ?? null)) if (cell.matches(".jp-MarkdownCell")) return cell;
  return null;
}

/** What the prose above says of the fields: {name, id, help, list}. `id` is the element that labels them, if any does. */
function context(element) {
  const prose = proseAbove(element);
  if (!prose) return { name: FALLBACK, id: null, help: null, list: null };
  const heading = [...prose.querySelectorAll("h1, h2, h3, h4, h5, h6")].at(-1);
  const paragraphs = [...prose.querySelectorAll("p")].filter((paragraph) => !paragraph.closest("li"));
  const list = [...prose.querySelectorAll("ul")].filter((found) => !found.parentElement.closest("li")).at(-1) ?? null;
  if (!heading) return { name: firstSentence(paragraphs[0]), id: null, help: null, list };
  silenceAnchors(heading);
  heading.id ||= unique("heading");
  const help = paragraphs.at(-1) ?? null;
  if (help) help.id ||= unique("help");
  return { name: plain(heading), id: heading.id, help: help?.id, list };
}

function firstSentence(paragraph) {
  return (paragraph && sentences(plain(paragraph))[0]) || FALLBACK;
}

/** Bullet `number` (from 0) of the list: {label, help}. The bold part is the label, the rest is help. */
function bullet(list, number) {
  const item = list?.querySelectorAll(":scope > li")[number];
  if (!item) return { label: `${FALLBACK} ${number + 1}`, help: "" };
  const strong = item.querySelector("strong");
  if (!strong) return { label: plain(item), help: "" };
  const rest = item.cloneNode(true);
  rest.querySelector("strong").remove();
  return { label: plain(strong), help: plain(rest).replace(/^[\s:–-]+/, "") };
}

/* Sentences */

/** The sentences of a text, line by line. "kl. 9" and "d. 12. juni" are not the end of one. */
export function sentences(text) {
  return text.split("\n").flatMap((line) => splitLine(line.trim())).filter(Boolean);
}

function splitLine(line) {
  const found = [];
  let start = 0;
  for (const match of line.matchAll(/[.!?…]+["»”’')\]]*\s+(?=["«»“”'(\p{Lu}\p{N}\p{Extended_Pictographic}])/gu)) {
    const end = match.index + match[0].length;
    if (!continues(line.slice(start, end))) {
      found.push(line.slice(start, end).trim());
      start = end;
    }
  }
  return [...found, line.slice(start)];
}

function continues(piece) {
  const last = piece.trim().split(/\s+/).at(-1).toLowerCase();
  return ABBREVIATIONS.has(last) || /^\d+\.$/.test(last) || /^\p{L}\.$/u.test(last);
}

/* Where nothing is saved */

/** An answer that lives in the widget: the same shape as the page's answers. */
class Tried extends EventTarget {
  loaded = true;
  readonly = false;
  version = 0;
  others = [];
  status = { kind: "empty", text: "", copy: false };

  constructor(model, key, limit) {
    super();
    Object.assign(this, { model, key, limit });
    model.on("change:values", () => this.dispatchEvent(new Event("change")));
  }

  get text() {
    return this.model.get("values")[this.key] ?? "";
  }

  write(text) {
    this.model.set("values", { ...this.model.get("values"), [this.key]: text });
    this.model.save_changes();
    this.dispatchEvent(new Event("change"));
  }

  flush() {}
}

function sandbox(model) {
  const answers = new Map();
  const limits = new Map(model.get("spec").map(({ key, limit }) => [key, limit]));
  const values = () => Object.entries(model.get("values"));
  return {
    sandbox: true,
    ready: Promise.resolve(),
    addEventListener: (_name, listener) => model.on("change:values", listener),
    removeEventListener: () => {},
    field(key) {
      if (!answers.has(key)) answers.set(key, new Tried(model, key, limits.get(key)));
      return answers.get(key);
    },
    sources: (keys) =>
      keys.flatMap((wanted) =>
        values()
          .filter(([key]) => key === wanted || key.startsWith(`${wanted}.`))
          .map(([key, text]) => ({ key, text })),
      ),
  };
}

/* A field and what stands under it */

/**
 * Everything one answer needs on the screen: `element` holds `control`, its foot and the choice between two versions.
 *
 * `show(answer)` brings the control in step with the answer; it must leave a text alone that is already right.
 */
function frame(desk, spec, { control, show, label, describedBy = [], readers = true, joined }) {
  const answer = desk.client.field(spec.key);
  const foot = footOf(desk, answer, spec, label, readers);
  const versions = node("div", { class: "fl-clash", hidden: true });
  const room = spec.kind === "text" ? counter(answer) : null;
  const element = node("div", { class: "fl-field", "data-field": spec.key }, versions, control, room?.element, foot.element);
  const described = [...describedBy, ...foot.ids, room?.element.id].filter(Boolean).join(" ");
  for (const input of element.querySelectorAll("[data-key]")) {
    if (described) input.setAttribute("aria-describedby", described);
    input.addEventListener("blur", () => answer.loaded && answer.flush());
  }
  const update = () => {
    show(answer);
    room?.update();
    foot.update();
    drawClash(versions, answer, spec, joined, label);
    element.dataset.state = answer.status.kind;
  };
  desk.listen(answer, "change", update);
  update();
  return element;
}

function footOf(desk, answer, spec, label, withReaders) {
  const readers = withReaders ? readersLine(desk, spec) : null;
  const text = node("span", { class: "fl-status", id: unique("status") });
  const live = node("span", { class: "fl-hidden", role: "status", "aria-live": "polite" });
  const copy = button("Kopiér teksten", () => copyText(answer.text, copy), "secondary", { class: "button button-secondary fl-small" });
  const earlier = button("Tidligere versioner", () => openVersions(desk, answer, spec, label, earlier), "", { class: "fl-link" });
  earlier.setAttribute("aria-label", `Tidligere versioner af: ${label}`);
  const element = node("div", { class: "fl-foot" }, readers, text, copy, earlier, live);
  const announce = announcer(live, label);
  const update = () => {
    const { kind, text: words, copy: offered } = answer.status;
    if (text.textContent !== words) text.textContent = words;
    copy.hidden = !offered;
    earlier.hidden = answer.version === 0 || Boolean(desk.client.sandbox);
    announce(kind, words);
  };
  return { element, update, ids: [readers?.id, text.id] };
}

/** Tells a screen reader when the state turns, not at each save. */
function announcer(live, label) {
  let before = null;
  return (kind, words) => {
    if (kind === "saving" || kind === "loading" || kind === before) return;
    const first = before === null;
    before = kind;
    if (!first && words) live.textContent = `${label}: ${words}`;
  };
}

/** Who reads it: the one who writes, until the page knows that it has been let go of. */
function readersLine(desk, spec) {
  const own = spec.key.startsWith(PRIVATE);
  const alone = own ? READERS.self : READERS[spec.readers] ?? READERS.self;
  const [closed, words] = [lock(), node("span")];
  const update = () => {
    const others = desk.client.readers?.(spec.key);
    closed.toggleAttribute("hidden", Boolean(others));
    words.textContent = `Læses af: ${others ?? alone}`;
  };
  desk.listen(desk.client, "change", update);
  update();
  return node("span", { class: "fl-readers", id: unique("readers") }, closed, words);
}

async function copyText(text, pressed) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = node("textarea", { class: "fl-hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    pressed.focus();
  }
  pressed.textContent = "Kopieret";
  setTimeout(() => (pressed.textContent = "Kopiér teksten"), 3000);
}

/** How much room is left, once it is getting scarce. What is too much is said by the state. */
function counter(answer) {
  const element = node("p", { class: "fl-counter form-hint", id: unique("counter"), hidden: true });
  const update = () => {
    const count = answer.text.length > answer.limit * NEAR ? [...answer.text].length : 0;
    element.hidden = count <= answer.limit * NEAR || count > answer.limit;
    element.textContent = element.hidden ? "" : `${new Intl.NumberFormat("da-DK").format(answer.limit - count)} tegn tilbage`;
  };
  return { element, update };
}

/* Two versions */

function drawClash(place, answer, spec, joined, label) {
  const [other] = answer.others;
  const drawn = other ? `${other.version}:${other.text}` : "";
  if (place.dataset.drawn === drawn) return refreshOwn(place, answer);
  const focused = place.contains(document.activeElement);
  place.dataset.drawn = drawn;
  place.hidden = !other;
  place.replaceChildren();
  if (!other) return focused && place.parentElement.querySelector("[data-key]")?.focus();
  place.append(...clash(answer, other, spec, joined, label));
}

function refreshOwn(place, answer) {
  const own = place.querySelector(".fl-own");
  if (own && own.textContent !== answer.text) own.textContent = answer.text;
}

function clash(answer, other, spec, joined, label) {
  const heading = node("h3", { class: "fl-clash-title", id: unique("clash") }, "Der er to udgaver af din tekst");
  const more = answer.others.length > 1 ? ` Der venter ${answer.others.length - 1} mere bagefter.` : "";
  const intro = node("p", {}, `Intet er gået tabt. Vælg, hvad der skal stå under »${label}«.${more}`);
  const sides = node("div", { class: "fl-sides" }, side("Din tekst her", answer.text, "fl-own"), side("Teksten fra den anden fane eller enhed", other.text, "fl-other"));
  const choices = [
    button("Behold min", () => answer.choose(answer.text), "primary"),
    button("Brug den anden", () => answer.choose(other.text)),
  ];
  if (!["date", "pick"].includes(spec.kind)) choices.push(button("Behold begge", () => answer.choose(joined(answer.text, other.text))));
  const panel = node("div", { class: "alert alert-warning fl-clash-panel", role: "group", "aria-labelledby": heading.id });
  panel.append(heading, intro, sides, node("div", { class: "fl-choices" }, ...choices));
  return [panel];
}

function side(title, text, name) {
  const shown = node("div", { class: `fl-version ${name}`, dir: "auto", tabindex: "0", role: "group", "aria-label": title }, text);
  return node("div", { class: "fl-side" }, node("p", { class: "fl-side-title" }, title), shown);
}

function joinTexts(mine, other) {
  return [mine, other].map((text) => text.trim()).filter(Boolean).join("\n\n");
}

function joinLines(mine, other) {
  return [...new Set([...mine.split("\n"), ...other.split("\n")].filter(Boolean))].join("\n");
}

/* Earlier versions */

async function openVersions(desk, answer, spec, label, opener) {
  const title = node("h3", { id: unique("versions") }, "Tidligere versioner");
  const list = node("ol", { class: "fl-versions" });
  const note = node("p", { role: "status" }, "Henter …");
  const dialog = node("dialog", { class: "fl-dialog", "aria-labelledby": title.id, close: () => closed(dialog, opener) });
  dialog.append(node("div", { class: "fl-dialog-head" }, title, button("Luk", () => dialog.close())), node("p", { class: "form-hint" }, label), note, list);
  document.body.append(dialog);
  dialog.showModal();
  try {
    await answer.flush();
    const versions = await answer.versions();
    note.textContent = versions.length ? "Den nyeste står øverst. Henter du en tilbage, bliver den til en ny version; intet slettes." : "Der er ingen endnu.";
    listVersions(versions, list, (version) => versionItem(desk, answer, version, dialog));
  } catch {
    note.textContent = "Versionerne kan ikke hentes lige nu. Prøv igen, når forbindelsen er tilbage.";
  }
}

/** The last version of each stretch of writing, and a button that shows them all. */
function listVersions(versions, list, draw) {
  const few = lastOfStretches(versions);
  list.append(...few.map(draw));
  if (few.length === versions.length) return;
  const all = button("Vis alle", () => {
    list.replaceChildren(...versions.map(draw));
    list.querySelector(".fl-version").focus();
    all.remove();
  });
  list.after(all);
}

/** Of versions, newest first: those that a pause follows, the newest, and all that were put aside. */
function lastOfStretches(versions) {
  let next = Infinity;
  return versions.filter(({ aside, saved_at }) => {
    if (aside) return true;
    const moment = Date.parse(saved_at);
    const last = next - moment > PAUSE;
    next = moment;
    return last;
  });
}

function closed(dialog, opener) {
  dialog.remove();
  opener.focus();
}

function versionItem(desk, answer, version, dialog) {
  const when = desk.client.moment(version.saved_at);
  const current = version.version === answer.version;
  const name = version.aside ? `${when} – lagt til side` : current ? `${when} – den nuværende` : when;
  const restore = () => {
    answer.write(version.text);
    answer.flush();
    dialog.close();
  };
  const text = node("div", { class: "fl-version", dir: "auto", tabindex: "0", role: "group", "aria-label": `Teksten fra ${when}` });
  text.textContent = version.text || "(tom)";
  const back = current || answer.readonly ? null : button("Hent denne tilbage", restore, "secondary", { "aria-label": `Hent teksten fra ${when} tilbage` });
  return node("li", {}, node("p", { class: "fl-side-title" }, name), text, back);
}

/* Kinds of field */

function naming({ name, id }) {
  return id ? { "aria-labelledby": id } : { "aria-label": name };
}

function textarea(spec, answer, attributes) {
  const area = node("textarea", {
    class: "form-input fl-text",
    rows: String(spec.lines ?? 3),
    lang: "da",
    dir: "auto",
    spellcheck: "true",
    autocomplete: "off",
    "data-key": spec.key,
    input: () => {
      answer.write(area.value);
      if (area.value !== answer.text) settle(area, answer.text);
      grow(area);
    },
    ...attributes,
  });
  return area;
}

/** Put `text` in the control and leave the caret where it was: at the end, if that is where the leader goes on. */
function settle(area, text) {
  const { selectionStart: start, selectionEnd: end, value: before } = area;
  area.value = text;
  if (document.activeElement !== area) return;
  const within = (place) => (place === before.length ? text.length : Math.min(place, text.length));
  area.setSelectionRange(within(start), within(end));
}

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 4}px`;
}

/** A text area, and the same text once more for paper, where a text area can't break across pages. */
function writing(spec, answer, attributes) {
  const area = textarea(spec, answer, attributes);
  const paper = node("div", { class: "fl-paper", "aria-hidden": "true", dir: "auto" });
  const show = () => {
    area.readOnly = answer.readonly || !answer.loaded;
    if (area.value !== answer.text) settle(area, answer.text);
    paper.textContent = answer.text;
    requestAnimationFrame(() => grow(area));
  };
  return { area, control: node("div", { class: "fl-writing" }, area, paper), show };
}

function textField(desk, spec, above) {
  const answer = desk.client.field(spec.key);
  const { control, show } = writing(spec, answer, naming(above));
  const field = frame(desk, spec, { control, show, label: above.name, describedBy: [above.help], joined: joinTexts });
  if (spec.sources?.length) field.prepend(sourcesOf(desk, spec, answer));
  return spec.key.startsWith(PRIVATE) ? setApart(field) : field;
}

function setApart(field) {
  const mark = node("p", { class: "fl-private-mark" }, lock(), "Privat tillæg – kun du");
  return node("div", { class: "fl-private" }, mark, field);
}

/**
 * The sentences chosen earlier, and a button that carries those in that are not in the text yet. Open where the text is
 * still to be written; folded away where it stands.
 */
function sourcesOf(desk, spec, answer) {
  const list = node("ul", { class: "fl-carried" });
  const insert = button("Sæt ind i teksten", () => carry(answer, missing()), "secondary");
  const note = node("p", { class: "form-hint" });
  const title = node("summary", { class: "fl-sources-title" });
  const element = node("details", { class: "card fl-sources", open: true }, title, list, insert, note);
  let folded = false;
  const lines = () => [...new Set(desk.client.sources(spec.sources).flatMap(({ text }) => text.split("\n")).filter((line) => line.trim()))];
  const missing = () => lines().filter((line) => !answer.text.includes(line));
  const update = () => {
    const all = lines();
    redraw(list, all, (line) => node("li", { dir: "auto" }, line));
    title.textContent = all.length ? `Det har du med (${all.length})` : "Det har du med";
    if (!folded && answer.loaded) element.open = !answer.text.trim();
    folded ||= answer.loaded;
    insert.hidden = missing().length === 0 || answer.readonly || !answer.loaded;
    note.textContent = all.length ? (missing().length ? "" : "Det hele står i teksten.") : "Her kommer dine egne sætninger, når du har valgt nogle.";
    note.hidden = !note.textContent;
  };
  desk.listen(desk.client, "change", update);
  desk.listen(answer, "change", update);
  update();
  return element;
}

function carry(answer, lines) {
  answer.write([answer.text.trimEnd(), ...lines].filter(Boolean).join("\n"));
  answer.flush();
}

/** Draw `items` anew only if they changed, so that focus and selection stay. */
function redraw(list, items, draw) {
  const drawn = JSON.stringify(items);
  if (list.dataset.drawn === drawn) return false;
  list.dataset.drawn = drawn;
  list.replaceChildren(...items.map(draw));
  return true;
}

function cardsField(desk, specs, above) {
  const numbers = [...new Set(specs.map((spec) => spec.number))];
  const cards = numbers.map((number) => card(desk, specs.filter((spec) => spec.number === number), number, above, numbers.length === 1));
  const add = button("Tilføj en til", () => reveal(), "secondary", { class: "button button-secondary fl-add" });
  const shut = () => cards.filter((one) => one.element.hidden);
  const reveal = () => {
    const [next] = shut();
    next.open();
    update();
    next.element.querySelector("[data-key]").focus();
  };
  const update = () => {
    cards.forEach((one, index) => (index === 0 || one.filled()) && one.open());
    add.hidden = shut().length === 0 || cards[0].readonly();
  };
  for (const one of cards) for (const answer of one.answers) desk.listen(answer, "change", update);
  update();
  if (!desk.client.sandbox) above.list?.classList.add("fl-moved");
  return node("div", { class: "fl-cards", role: "group", ...naming(above) }, ...cards.map((one) => one.element), add);
}

function card(desk, specs, number, above, alone) {
  const answers = specs.map((spec) => desk.client.field(spec.key));
  const readers = readersLine(desk, specs[0]);
  const legend = node("legend", { class: alone ? "fl-hidden" : "fl-number" }, node("span", { class: "fl-hidden" }, "Kort "), String(number));
  const parts = specs.map((spec) => part(desk, spec, bullet(above.list, spec.part), readers.id));
  const element = node("fieldset", { class: "card fl-card", hidden: true }, legend, ...parts, node("div", { class: "fl-card-foot" }, readers));
  return {
    element,
    answers,
    open: () => (element.hidden = false),
    filled: () => answers.some((answer) => answer.text || answer.others.length),
    readonly: () => answers.some((answer) => answer.readonly),
  };
}

function part(desk, spec, { label, help }, readers) {
  const id = unique("part");
  const hint = help ? node("span", { class: "form-hint", id: unique("hint") }, help) : null;
  const { control, show } = writing({ ...spec, lines: 2 }, desk.client.field(spec.key), { id });
  const field = frame(desk, spec, { control, show, label, describedBy: [hint?.id, readers], readers: false, joined: joinTexts });
  return node("div", { class: "form-group fl-part" }, node("label", { class: "form-label", for: id }, label), hint, field);
}

function choiceField(desk, spec, above) {
  const answer = desk.client.field(spec.key);
  const list = node("ul", { class: "fl-options" });
  const note = node("p", { class: "form-hint fl-tally", role: "status" });
  const all = button("", () => unfold(list, all));
  const control = node("div", { class: "fl-choice", role: "group", ...naming(above) }, list, all, note);
  const show = () => {
    drawOptions(desk, spec, answer, list, note);
    fold(list, all);
  };
  desk.listen(desk.client, "change", show);
  return frame(desk, spec, { control, show, label: above.name, describedBy: [above.help], joined: joinLines });
}

function drawOptions(desk, spec, answer, list, note) {
  const chosen = answer.text.split("\n").filter(Boolean);
  const offered = [...new Set(desk.client.sources(spec.sources).flatMap(({ text }) => sentences(text)))];
  const gone = chosen.filter((line) => !offered.includes(line));
  const full = spec.most > 0 && chosen.length >= spec.most;
  const options = [...offered.map((line) => ({ line, gone: false })), ...gone.map((line) => ({ line, gone: true }))];
  redraw(list, options, (option) => optionItem(option, spec, answer, options));
  for (const box of list.querySelectorAll("input")) {
    box.checked = chosen.includes(box.value);
    box.disabled = answer.readonly || !answer.loaded || (full && !box.checked);
  }
  note.textContent = tally(options.length, chosen.length, spec.most, full);
}

/** Leave the first few and the chosen in sight, until the leader wants to see them all. */
function fold(list, all) {
  const items = [...list.children];
  const folded = !("all" in list.dataset) && items.length > FEW + 2;
  items.forEach((item, index) => (item.hidden = folded && index >= FEW && !item.querySelector("input").checked));
  all.hidden = !folded;
  all.textContent = `Vis alle ${items.length} sætninger`;
}

function unfold(list, all) {
  const [first] = [...list.children].filter((item) => item.hidden);
  list.dataset.all = "";
  fold(list, all);
  first?.querySelector("input").focus();
}

function tally(offered, chosen, most, full) {
  if (!offered) return "Her kommer dine egne sætninger, når du har skrevet dem tidligere i arbejdsbogen.";
  if (!most) return `Du har valgt ${chosen}.`;
  return full ? `Du har valgt ${chosen} af højst ${most}. Fravælg en for at vælge en anden.` : `Du har valgt ${chosen} af højst ${most}.`;
}

function optionItem({ line, gone }, spec, answer, options) {
  const id = unique("option");
  const box = node("input", { type: "checkbox", class: "fl-check", id, "data-key": spec.key });
  box.value = line;
  box.addEventListener("change", () => {
    const before = answer.text.split("\n").filter(Boolean);
    const after = options.map((option) => option.line).filter((one) => (one === line ? box.checked : before.includes(one)));
    answer.write(after.join("\n"));
  });
  const changed = gone ? node("span", { class: "form-hint" }, "Valgt tidligere. Teksten, den kommer fra, er ændret siden.") : null;
  return node("li", { class: "fl-option" }, box, node("label", { for: id, dir: "auto" }, line, changed));
}

/** One of the bullets above, as radio buttons; the one that is chosen can be let go again. */
function pickField(desk, spec, above) {
  const answer = desk.client.field(spec.key);
  const offered = [...(above.list?.children ?? [])].map((_item, number) => bullet(above.list, number));
  const list = node("ul", { class: "fl-options" });
  const group = unique("pick");
  const show = () => {
    const known = !answer.text || offered.some(({ label }) => label === answer.text);
    redraw(list, known ? offered : [...offered, { label: answer.text, help: "" }], (option) => pickItem(option, spec, answer, group));
    for (const box of list.querySelectorAll("input")) {
      box.checked = box.value === answer.text;
      box.disabled = answer.readonly || !answer.loaded;
    }
    none.hidden = !answer.text || answer.readonly;
  };
  const none = button("Fjern valget", () => answer.write(""), "", { class: "fl-link" });
  const control = node("div", { class: "fl-choice", role: "radiogroup", ...naming(above) }, list, none);
  if (!desk.client.sandbox) above.list?.classList.add("fl-moved");
  return frame(desk, spec, { control, show, label: above.name, describedBy: [], joined: (mine) => mine });
}

function pickItem({ label, help }, spec, answer, group) {
  const id = unique("option");
  const box = node("input", { type: "radio", class: "fl-check", id, name: group, "data-key": spec.key, change: () => answer.write(label) });
  box.value = label;
  const hint = help ? node("span", { class: "form-hint" }, help) : null;
  return node("li", { class: "fl-option" }, box, node("label", { for: id, dir: "auto" }, label, hint));
}

function dateField(desk, spec, above) {
  const answer = desk.client.field(spec.key);
  const write = () => input.validity.badInput || answer.write(input.value);
  const input = node("input", { type: "date", class: "form-input fl-date", "data-key": spec.key, ...naming(above), input: write, change: write });
  const said = node("p", { class: "fl-day", id: unique("day") });
  const show = () => {
    input.readOnly = answer.readonly || !answer.loaded;
    if (input.value !== answer.text && !input.validity.badInput) input.value = answer.text;
    said.textContent = inWords(answer.text);
    said.hidden = !said.textContent;
  };
  const control = node("div", { class: "fl-writing" }, input, said);
  return frame(desk, spec, { control, show, label: above.name, describedBy: [above.help, said.id], joined: joinLines });
}

/** The day in Danish words, since a browser writes a date box in its own language: 02/04/2027 is two different days. */
function inWords(day) {
  const date = new Date(`${day}T12:00`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat("da-DK", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(date);
}

/* The widget */

function drawn(desk, specs, above) {
  const [first] = specs;
  if (first.number) return [cardsField(desk, specs, above)];
  const kinds = { text: textField, choice: choiceField, pick: pickField, date: dateField };
  return specs.map((spec) => kinds[spec.kind](desk, spec, above));
}

function until(condition) {
  return new Promise((resolve) => {
    const look = () => {
      const found = condition();
      if (found) resolve(found);
      else setTimeout(look, 50);
    };
    look();
  });
}

/** Who listens to what, so that everything can be let go. */
class Desk {
  #listening = [];

  constructor(client) {
    this.client = client;
  }

  listen(target, name, listener) {
    target.addEventListener(name, listener);
    this.#listening.push([target, name, listener]);
  }

  close() {
    for (const [target, name, listener] of this.#listening) target.removeEventListener(name, listener);
  }
}

/**
 * One field outside a widget, for the page's own parts: {element, close}. `above` says what labels it: {name}, and `id`
 * of the element that does, `help` of the one that describes it, where there are such.
 */
export function fieldIn(client, spec, above) {
  const desk = new Desk(client);
  const [element] = drawn(desk, [{ lines: 3, ...spec }], { id: null, help: null, list: null, ...above });
  return { element, close: () => desk.close() };
}

/** Draw the fields of one cell into `el`, which stands on the page; returns what lets them go. */
export function draw(el, specs, client) {
  const desk = new Desk(client);
  const above = context(el);
  el.classList.add("fl-fields");
  el.append(...drawn(desk, specs, above));
  el.dispatchEvent(new CustomEvent("faellesledelse:field", { bubbles: true }));
  return () => desk.close();
}

async function render({ model, el }) {
  await until(() => el.isConnected);
  const close = draw(el, model.get("spec"), sandbox(model));
  el.append(node("p", { class: "form-hint fl-trial" }, "Prøvevisning – intet gemmes"));
  return close;
}

export default { render };
