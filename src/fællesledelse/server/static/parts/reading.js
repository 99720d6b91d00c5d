/** A shared draft as it is read in silence: numbered lines, and what is different from another version. */
import { node } from "../dom.js";
import { unique } from "./sharing.js";

/** "320 ord · cirka 2 minutter at læse i stilhed". */
export function lengthOf({ words, minutes }) {
  return `${words} ord · cirka ${minutes} ${minutes === 1 ? "minut" : "minutter"} at læse i stilhed`;
}

/** The headings with their lines. `margin(line)` draws what stands beside a line, `below(line)` what stands under it. */
export function linesOf(headings, { margin = plainNumber, below = () => null } = {}) {
  const written = headings.filter(({ lines }) => lines.length);
  return written.map(({ title, lines }) => {
    const heading = node("h4", { class: "share-heading", id: unique("heading") }, title);
    const list = node("ol", { class: "share-lines", "aria-labelledby": heading.id });
    list.append(...lines.map((line) => item(line, margin, below)));
    return node("section", { class: "share-section" }, heading, list);
  });
}

function plainNumber({ number }) {
  return node("span", { class: "share-number" }, String(number));
}

function item(line, margin, below) {
  const text = node("p", { class: "share-text", dir: "auto", lang: "da" }, line.text);
  const beside = node("div", { class: "share-beside" }, text, below(line));
  return node("li", { class: `share-line${line.begins ? " share-begins" : ""}`, value: String(line.number) }, margin(line), beside);
}

const SAID = { added: "Nyt: ", removed: "Slettet: " };

function mark({ kind, text }) {
  if (kind === "same") return document.createTextNode(text);
  return node(kind === "added" ? "ins" : "del", {}, node("span", { class: "share-hidden" }, SAID[kind]), text);
}

/** What is different under each heading, read as one text. */
export function differences(changes) {
  return changes.map(({ title, changes: sentences }) => {
    const body = node("div", { class: "share-changes", dir: "auto", lang: "da" });
    for (const { marks, begins, kind } of sentences) {
      if (begins && body.childNodes.length) body.append(node("br"));
      body.append(node("span", { class: `share-change share-${kind}` }, ...marks.map(mark)), " ");
    }
    return node("section", { class: "share-section" }, node("h4", { class: "share-heading" }, title), body);
  });
}
