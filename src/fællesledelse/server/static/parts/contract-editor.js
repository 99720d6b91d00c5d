/** Where one leader words the contract anew, in own fields that are saved like every text. */
import { button, node } from "../dom.js";
import { fieldIn } from "../fields.js";
import { say } from "./draw.js";

export class Editor {
  #client;
  #points;
  #boxes;

  /** `words` are those of the switches, `on` how they stand, `id` begins the ids of what is drawn. */
  constructor(client, { points, fields: specs }, on, words, id, { propose, cancel }) {
    this.#client = client;
    this.#points = points.map((point, number) => this.#point({ ...point, ...specs[number] }, `${id}-${number}`));
    this.#boxes = Object.entries(words).map(([name, told]) => this.#box(name, told, on?.[name] ?? false, `${id}-${name}`));
    const hint = node("p", { class: "room-small" }, "Når du foreslår, har du selv sagt ja. De andre bliver spurgt, også hvis de har sagt ja før.");
    const send = button("Foreslå for gruppen", () => propose(this.#texts(), this.#switches()), "primary");
    const legend = node("legend", {}, "Vælg til eller fra");
    this.element = node("div", {}, node("p", { class: "room-small" }, "Her retter du i din egen udgave. De andre ser den først, når du foreslår den."));
    this.element.append(...this.#points.map(({ element }) => element), node("fieldset", { class: "contract-choices", hidden: !this.#boxes.length }, legend, ...this.#boxes.map(({ element }) => element)), hint);
    this.element.append(node("div", { class: "room-buttons" }, send, button("Luk uden at foreslå", cancel)));
  }

  /** Put the wording (the group's if `agreed`, else the page's) in the fields that have never been written in. */
  fill(wording, agreed) {
    for (const { part, answer } of this.#points) if (!answer.text && !answer.version && wording[part]) answer.write(wording[part]);
    this.compare(wording, agreed);
  }

  /** Show that wording where it is another than one's own. */
  compare(wording, agreed) {
    for (const point of this.#points) {
      Object.assign(point, { wording: wording[point.part] ?? "", agreed });
      point.update();
    }
  }

  focus() {
    this.element.querySelector("textarea")?.focus();
  }

  close() {
    for (const { field, answer, update } of this.#points) {
      answer.flush();
      answer.removeEventListener("change", update);
      field.close();
    }
  }

  #texts() {
    return Object.fromEntries(this.#points.map(({ part, answer }) => [part, answer.text]));
  }

  #switches() {
    return Object.fromEntries(this.#boxes.map(({ name, input }) => [name, input.checked]));
  }

  #point({ part, title, key, limit }, id) {
    const answer = this.#client.field(key);
    const field = fieldIn(this.#client, { key, kind: "text", limit, readers: "self", lines: 2 }, { name: title, id });
    const theirs = node("p", { class: "contract-theirs", dir: "auto" });
    const take = button("", () => answer.write(point.wording));
    take.classList.add("fl-small");
    const beside = node("div", { class: "contract-beside", hidden: true }, theirs, take);
    const point = { part, answer, field, wording: "", agreed: false };
    point.update = () => {
      const differs = Boolean(point.wording) && answer.text !== point.wording;
      say(theirs, differs ? `${point.agreed ? "Gruppens ordlyd" : "Forslaget"}: ${point.wording}` : "");
      say(take, point.agreed ? "Brug gruppens ordlyd" : "Brug forslaget");
      beside.hidden = !differs;
    };
    answer.addEventListener("change", point.update);
    point.element = node("div", { class: "contract-point fl-fields" }, node("p", { class: "contract-title", id }, title), field.element, beside);
    return point;
  }

  #box(name, { title, hint }, on, id) {
    const input = node("input", { type: "checkbox", id, class: "fl-check", checked: on, "aria-describedby": `${id}-hint` });
    const label = node("label", { for: id }, title);
    const element = node("div", { class: "contract-choice fl-fields" }, input, node("div", {}, label, node("p", { id: `${id}-hint`, class: "room-small" }, hint)));
    return { name, input, element };
  }
}
