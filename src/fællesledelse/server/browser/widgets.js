// Jupyter's own widgets, for the pages that have some: drawn from the states that came with the page, without a kernel.
// What they ask goes to whichever kernel is awake then. Bundled at set-up into static/vendor/widgets.js.

import { Widget } from "@lumino/widgets";
import * as base from "@jupyter-widgets/base";
import * as boxes from "@jupyter-widgets/controls/lib/widget_box";
import * as buttons from "@jupyter-widgets/controls/lib/widget_button";
import * as texts from "@jupyter-widgets/controls/lib/widget_string";
import { ManagerBase } from "@jupyter-widgets/base-manager";

// What the vocabulary's calls return. All of Jupyter's controls are three times as much to carry.
const MODULES = { "@jupyter-widgets/base": base, "@jupyter-widgets/controls": { ...boxes, ...buttons, ...texts } };
const REFERENCE = /"IPY_MODEL_([^"]+)"/g;

/** A model's line to the page's kernel, in the shape that Jupyter's models expect. */
class Comm {
  target_name = "jupyter.widget";
  #kernel;

  constructor(id, kernel) {
    this.comm_id = id;
    this.#kernel = kernel;
  }

  send(data, callbacks) {
    this.#kernel.asked = true;
    return this.#kernel.send(this.comm_id, data, callbacks);
  }

  on_msg(listener) {
    this.#kernel.listen(this.comm_id, listener);
  }

  on_close() {}

  close() {}
}

class Manager extends ManagerBase {
  async loadClass(className, moduleName) {
    const found = MODULES[moduleName]?.[className];
    if (!found) throw new Error(`No widget ${className} of ${moduleName} on this page`);
    return found;
  }

  async _get_comm_info() {
    return {};
  }

  async draw(place) {
    const model = await this.get_model(place.dataset.model);
    const view = await this.create_view(model);
    Widget.attach(view.luminoWidget, place);
  }
}

/** The ids of `wanted` and of all models that they refer to. */
function reached(wanted, widgets) {
  const found = new Set();
  const visit = (id) => {
    if (found.has(id) || !widgets[id]) return;
    found.add(id);
    for (const [, other] of JSON.stringify(widgets[id].state).matchAll(REFERENCE)) visit(other);
  };
  wanted.forEach(visit);
  return [...found];
}

/** The state of a model as it is sent: JSON of each value by name. */
function written(model) {
  return Object.entries(model.serialize(model.get_state())).map(([name, value]) => [name, JSON.stringify(value)]);
}

/** Remembers how a model was when the page came; returns what asks for all that is another now. */
function observed(model) {
  const before = new Map(written(model));
  return () => Object.fromEntries(written(model).filter(([name, value]) => before.get(name) !== value).map(([name, value]) => [name, JSON.parse(value)]));
}

/** Draw the widgets of all `places`; `widgets` are the states that the page brought, by model. */
export async function drawAll(places, widgets, kernel) {
  const manager = new Manager();
  const ids = reached(places.map((place) => place.dataset.model), widgets);
  const models = await Promise.all(
    ids.map((id) => manager.new_model({ ...widgets[id], model_id: id, comm: new Comm(id, kernel) }, structuredClone(widgets[id].state))),
  );
  // A kernel that has just been woken knows nothing of what the one before it has said here.
  const changes = models.map(observed);
  kernel.greet(() => {
    for (const [number, id] of ids.entries()) {
      const state = changes[number]();
      if (Object.keys(state).length) kernel.say("comm_msg", { comm_id: id, data: { method: "update", state, buffer_paths: [] } });
    }
  });
  await Promise.all(places.map((place) => manager.draw(place)));
}
