/** Remarks on single lines of a draft: one note that holds them all, {line: remark} as JSON. */
import { node } from "../dom.js";
import { say } from "./draw.js";
import { unique } from "./sharing.js";

/** The remarks as a note holds them; a note that can't be read holds none. */
export function parsed(text) {
  try {
    const found = JSON.parse(text || "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch {
    return {};
  }
}

function merged(mine, other) {
  const both = { ...other };
  for (const [line, text] of Object.entries(mine)) {
    const there = other[line] ?? "";
    both[line] = !there || text.includes(there) ? text : there.includes(text) ? there : `${text}\n${there}`;
  }
  return both;
}

/** The numbers and remark boxes of one draft's lines. `answer` is the note. */
export class Remarks {
  #boxes = new Map();
  #numbers = [];
  #listen = () => this.#update();

  constructor(answer) {
    this.answer = answer;
    answer.addEventListener("change", this.#listen);
  }

  /** The number beside a line: a button that opens its remark. All numbers together are one stop of the Tab key. */
  number = ({ number }) => {
    const attributes = { type: "button", class: "share-number", tabindex: this.#numbers.length ? "-1" : "0", "aria-expanded": "false" };
    const press = node("button", { ...attributes, "aria-label": `Linje ${number}. Skriv en bemærkning` }, String(number));
    press.addEventListener("click", () => this.#toggle(number));
    press.addEventListener("keydown", (event) => this.#walk(event, press));
    press.addEventListener("focus", () => this.#hold(press));
    this.#numbers.push(press);
    return press;
  };

  /** What stands under a line: its remark, once it is opened. */
  box = ({ number, text }) => {
    const id = unique("remark");
    const status = node("p", { class: "share-small share-saved" });
    const area = node("textarea", { class: "form-input fl-text", id, rows: "2", lang: "da", dir: "auto", spellcheck: "true", autocomplete: "off" });
    const label = node("label", { class: "share-label", for: id }, `Din bemærkning til linje ${number}`);
    const element = node("div", { class: "share-remark fl-fields", hidden: true }, label, area, status);
    area.dataset.line = String(number);
    area.addEventListener("input", () => this.#write(number, area));
    area.addEventListener("blur", () => this.#left(number));
    area.addEventListener("keydown", (event) => event.key === "Escape" && this.#numbers[this.#place(number)].focus());
    this.#boxes.set(number, { element, area, status, text, open: false });
    return element;
  };

  /** Open a line's remark when its text is pressed; not where the reader is selecting words. */
  serve(root) {
    root.addEventListener("click", (event) => {
      const line = event.target.closest(".share-text")?.closest(".share-line");
      if (line && String(getSelection()) === "") this.#open(line.value);
    });
    this.#update();
  }

  close() {
    this.answer.removeEventListener("change", this.#listen);
  }

  #place(number) {
    return [...this.#boxes.keys()].indexOf(number);
  }

  #toggle(number) {
    const box = this.#boxes.get(number);
    if (box.open && !box.area.value) this.#shut(number);
    else this.#open(number);
  }

  #open(number) {
    const box = this.#boxes.get(number);
    box.open = true;
    this.#update();
    box.area.focus();
  }

  #shut(number) {
    this.#boxes.get(number).open = false;
    this.#update();
  }

  #left(number) {
    this.answer.flush();
    const box = this.#boxes.get(number);
    if (!box.area.value.trim()) this.#shut(number);
  }

  #write(number, area) {
    const all = parsed(this.answer.text);
    if (area.value.trim()) all[number] = area.value;
    else delete all[number];
    this.answer.write(JSON.stringify(all));
  }

  #walk(event, press) {
    const here = this.#numbers.indexOf(press);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: this.#numbers.length - 1 }[event.key];
    if (to === undefined || !this.#numbers[to]) return;
    event.preventDefault();
    this.#numbers[to].focus();
  }

  #hold(press) {
    for (const each of this.#numbers) each.tabIndex = each === press ? 0 : -1;
  }

  /** Two devices that have written remarks at once: both are kept, line by line. */
  #settle() {
    const [other] = this.answer.others;
    if (other) this.answer.choose(JSON.stringify(merged(parsed(this.answer.text), parsed(other.text))));
  }

  #update() {
    this.#settle();
    const all = parsed(this.answer.text);
    for (const [number, box] of this.#boxes) this.#show(number, box, all[number] ?? "");
  }

  #show(number, box, text) {
    const focused = box.area === document.activeElement;
    if (text.trim()) box.open = true;
    if (box.area.value !== text && !(focused && box.area.value.trim() === text.trim())) box.area.value = text;
    const open = box.open || focused;
    box.element.hidden = !open;
    const press = this.#numbers[this.#place(number)];
    press.setAttribute("aria-expanded", String(open));
    press.classList.toggle("share-noted", Boolean(text.trim()));
    say(box.status, text.trim() ? this.answer.status.text : "");
    box.area.readOnly = this.answer.readonly || !this.answer.loaded;
  }
}
