/** Folds the run sheet in the prose above: the room carries it, and it is there for whoever wants to read it whole. */
import { node, proseAbove } from "../dom.js";

export function mount(element) {
  const heading = [...(proseAbove(element)?.querySelectorAll("h1, h2, h3, h4, h5, h6") ?? [])].at(-1);
  if (!heading) return;
  const rest = [];
  for (let next = heading.nextSibling; next; next = next.nextSibling) rest.push(next);
  const fold = node("details", { class: "fl-fold" });
  heading.before(fold);
  fold.append(node("summary", {}, heading), ...rest);
}
