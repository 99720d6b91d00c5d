/** The facilitator's overview: the chart of leaders and steps, and whom to look at in it and in the table below. */
import { node } from "../dom.js";

const NARROW = 640; // pixels of the place; below it leaders' names are cut short and the signs explained one below the other
const NAMES = { narrow: 112, wide: 190 }; // pixels
const COLUMN = { least: 28, level: 100, most: 180 }; // pixels; below `level` the steps' names stand upright
const CHOICES = ["only_group", "only_department", "only_state"];
const BESIDE = 14; // pixels from the pointer to what is said of a mark

const LABEL = "Diagram over ledere og trin. Tabellen herunder siger det samme.";
const KEPT = "Diagrammet kan ikke vises lige nu. Tabellen herunder siger det samme.";

/** The specification with columns as broad as the place has room for. */
function fitted(specification, width) {
  const fit = structuredClone(specification);
  const { x, y } = fit.spec.encoding;
  const narrow = width < NARROW;
  const names = narrow ? NAMES.narrow : NAMES.wide;
  const column = Math.floor((width - names) / x.scale.domain.length);
  fit.spec.width = { step: Math.min(COLUMN.most, Math.max(COLUMN.least, column)) };
  y.axis.labelLimit = names - BESIDE;
  Object.assign(x.axis, column < COLUMN.level ? { labelAngle: -90 } : { labelLimit: fit.spec.width.step });
  fit.config.legend.columns = narrow ? 1 : undefined;
  return fit;
}

/** What is said of the mark under the pointer. Everyone else reads it in the table. */
function tip() {
  const element = node("div", { class: "desk-overview-tip", "aria-hidden": "true", hidden: true });
  const show = (value, event) => {
    element.hidden = value === null;
    if (value === null) return;
    const lines = Object.entries(value).filter(([, text]) => text);
    element.replaceChildren(node("dl", {}, ...lines.flatMap(([name, text]) => [node("dt", {}, name), node("dd", {}, text)])));
    const { offsetWidth: width, offsetHeight: height } = element;
    element.style.left = `${Math.max(0, Math.min(event.clientX + BESIDE, innerWidth - width - BESIDE))}px`;
    element.style.top = `${event.clientY + BESIDE + height > innerHeight ? event.clientY - BESIDE - height : event.clientY + BESIDE}px`;
  };
  return { element, show };
}

/** Show in the table whom the chart shows; the number of them. */
function narrowTable(table, { only_group: group, only_department: department }) {
  let shown = 0;
  for (const body of table.querySelectorAll("tbody[data-group]")) {
    const leaders = [...body.querySelectorAll("[data-department]")];
    const here = group === null || group === body.dataset.group;
    const chosen = (leader) => here && (department === null || department === leader.dataset.department);
    for (const leader of leaders) leader.parentElement.hidden = !chosen(leader);
    const left = leaders.filter(chosen).length;
    body.hidden = left === 0;
    shown += left;
  }
  return shown;
}

class Chart {
  #view = null;
  #column = 0;
  #drawn = Promise.resolve();

  constructor(specification, draw, parts) {
    Object.assign(this, { specification, draw, ...parts, tip: tip() });
    this.frame.after(this.tip.element);
  }

  /** Draw it, or draw it again where the place has become broader or narrower; what was chosen stays. */
  fit() {
    this.#drawn = this.#drawn.then(() => this.#fit());
    return this.#drawn;
  }

  async #fit() {
    const { paddingLeft, paddingRight } = getComputedStyle(this.frame);
    const fit = fitted(this.specification, this.frame.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
    if (fit.spec.width.step === this.#column) return;
    this.#column = fit.spec.width.step;
    for (const param of fit.params) if (this.#view) param.value = this.#view.signal(param.name);
    this.#view?.finalize();
    const container = node("div", { "aria-hidden": "true" });
    this.frame.replaceChildren(container);
    this.controls.replaceChildren();
    this.#view = await this.draw(fit, { container, controls: this.controls, tip: this.tip.show });
    for (const name of CHOICES) this.#view.addSignalListener(name, () => this.#chosen());
    this.#chosen();
  }

  #chosen() {
    const chosen = Object.fromEntries(CHOICES.map((name) => [name, this.#view.signal(name)]));
    const all = this.table.querySelectorAll("[data-department]").length;
    const shown = narrowTable(this.table, chosen);
    const everyone = all === 1 ? "1 leder vises." : `Alle ${all} ledere vises.`;
    this.said.textContent = shown === all ? everyone : `${shown} af ${all} ledere vises.`;
  }
}

/** `place` holds the table, and says in `data-chart` how the chart is drawn. */
export async function overview(place) {
  const table = place.querySelector(".desk-overview-table");
  const said = node("p", { class: "site-small", role: "status" });
  const controls = node("div", { class: "desk-overview-controls" });
  const frame = node("div", { class: "desk-overview-frame", role: "img", "aria-label": LABEL, tabindex: "0" });
  place.prepend(controls, said, frame);
  try {
    const { draw } = await import("/assets/vendor/chart.js");
    const chart = new Chart(JSON.parse(place.dataset.chart), draw, { frame, controls, said, table });
    await chart.fit();
    new ResizeObserver(() => chart.fit()).observe(frame);
    table.open = false;
  } catch {
    frame.hidden = true;
    said.textContent = KEPT;
  }
}
