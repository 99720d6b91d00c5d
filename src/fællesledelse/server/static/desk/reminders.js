/** Reminders: what a leader must still do, to that leader alone. */
import { mailing } from "./mailing.js";

const KIND = {
  name: "reminder",
  one: "påmindelse",
  many: "påmindelser",
  column: "Det, der mangler",
  today: "en påmindelse",
  before: ["Hver får en mail med sine egne trin og ingen andres."],
  again: [],
  head: ({ people }) => (people.length === 1 ? "1 leder har trin, som gruppens dato er nået til." : `${people.length} ledere har trin, som deres gruppes dato er nået til.`),
  nobody: () => "Ingen mangler noget lige nu.",
};

export function reminders(place, desk) {
  return mailing(place, desk, KIND);
}
