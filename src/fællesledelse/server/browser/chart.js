/** Charts as Altair describes them, drawn without code made of text, which the pages' policy forbids. */
import { parse, View, Warn } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile } from "vega-lite";

/**
 * Draw a Vega-Lite `specification` inside `container`, its choices inside `controls`; resolves to Vega's view.
 *
 * `tip(value, event)` is called with what there is to say of the mark under the pointer, or null.
 */
export async function draw(specification, { container, controls, tip }) {
  const { spec } = compile(specification);
  const settings = { expr: expressionInterpreter, renderer: "svg", logLevel: Warn, container, bind: controls };
  const view = new View(parse(spec, null, { ast: true }), settings);
  view.tooltip((_handler, event, _item, value) => tip(value ?? null, event));
  return view.runAsync();
}
