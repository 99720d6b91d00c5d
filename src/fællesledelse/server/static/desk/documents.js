/** The organisation's documents, as Word. */
import { button, node } from "../dom.js";

export async function documents(place, desk) {
  const { documents: found } = await desk.get("documents");
  const line = ({ name, title }) =>
    node("li", { class: "site-card desk-document" }, node("span", { class: "desk-document-title" }, title), button("Hent som Word", () => desk.download(`documents/${name}`)));
  place.replaceChildren(node("ul", { class: "no-max-width desk-documents" }, ...found.map(line)));
}
