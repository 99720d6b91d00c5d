/** Stands in for the widget manager: draws each widget from a module loaded as a blob, as anywidget does. */
const source = await (await fetch("/widget/fields.js")).text();

class Model {
  #state;
  #listeners = [];
  sent = [];

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

  send(message) {
    this.sent.push(message);
    globalThis.told.push(message);
    if (globalThis.deaf) return;
    for (const [event, listener] of this.#listeners) if (event === "msg:custom") listener({ seen: message.saved });
  }
}

globalThis.told = [];
globalThis.models = [];

if (document.body.dataset.slow !== "yes") {
  for (const place of document.querySelectorAll("[data-widget]")) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const widget = await import(address);
    models.push(new Model(JSON.parse(place.dataset.widget)));
    widget.default.render({ model: models.at(-1), el: place });
  }
}
