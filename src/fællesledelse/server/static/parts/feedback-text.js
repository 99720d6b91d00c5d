/** What feedback consists of, and how it looks when it has been given. */
import { node } from "../dom.js";
import { words } from "./sharing.js";

/** The four questions and the expectation test, in the order they are asked. */
export const QUESTIONS = [
  { part: "well", limit: 2000, label: "Hvad virker godt?" },
  { part: "more", limit: 2000, label: "Hvad kunne der være mere af?" },
  { part: "improve", limit: 2000, label: "Hvad kan blive bedre?" },
  { part: "less", limit: 2000, label: "Hvad kunne der være mindre af, eller hvad skulle være anderledes næste gang?" },
  {
    part: "dare",
    limit: 2000,
    label: "Prøv forventningen",
    help: "Tænk dig ind som medarbejder. Hvad ville du nu turde bede om? Og hvad ville du stadig ikke turde?",
  },
];

/** Everything that is in a piece of feedback: `texts` by part, `lines` as {number: remark}. Empty parts are left out. */
export function given(texts, lines) {
  const asked = QUESTIONS.filter(({ part }) => texts[part]?.trim());
  const remarks = Object.entries(lines).filter(([, text]) => text.trim());
  const entry = (title, text) => node("div", { class: "share-said" }, node("dt", {}, title), node("dd", {}, words(text)));
  const list = node("dl", { class: "share-saying" });
  list.append(
    ...asked.map(({ part, label }) => entry(label, texts[part])),
    ...remarks.map(([number, text]) => entry(`Til linje ${number}`, text)),
  );
  return list.childElementCount ? list : null;
}
