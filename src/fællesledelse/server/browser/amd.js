// anywidget is published as an AMD module only. Imported before it, this stands in for the loader.

export let makeAnywidget;

globalThis.define = (_needs, factory) => {
  makeAnywidget = factory;
  delete globalThis.define;
};
