/** Calendar invitations: a group's meetings in its leaders' own calendars, and what has changed since. */
import { mailing } from "./mailing.js";

const KIND = {
  name: "calendar",
  one: "kalendermail",
  many: "kalendermails",
  each: true, // one mail for each meeting
  column: "Det, kalenderen får at vide",
  today: "en kalendermail",
  before: ["Hvert møde lægger sig i lederens kalender. Er datoen flyttet, flytter det med."],
  again: [],
  head: ({ people }) => (people.length === 1 ? "1 leder mangler besked i sin kalender." : `${people.length} ledere mangler besked i deres kalender.`),
  nobody: () => "Alle har fået besked i deres kalender. Flytter en gruppe et møde, kan du sende den nye dato her.",
};

export function calendar(place, desk) {
  return mailing(place, desk, KIND);
}
