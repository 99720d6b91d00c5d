/** Stands in for JupyterLab: draws each widget from a module loaded as a blob, as anywidget does. */
const source = await (await fetch("/widget/fields.js")).text();

class Model {
  #state;
  #listeners = [];

  constructor(state) {
    this.#state = state;
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    this.#state[name] = value;
    for (const [event, listener] of this.#listeners) if (event === `change:${name}`) listener();
  }

  save_changes() {}

  on(event, listener) {
    this.#listeners.push([event, listener]);
  }

}

globalThis.models = [];
const { fields } = JSON.parse(document.getElementById("page").textContent);

for (const place of document.querySelectorAll("[data-kind=fields]")) {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = await import(address);
  models.push(new Model({ spec: fields[place.dataset.model], values: {} }));
  widget.default.render({ model: models.at(-1), el: place });
}
