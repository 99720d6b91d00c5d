/** Invitations: a personal link to everyone who has not begun, by mail, or as cards for the printer. */
import { button } from "../dom.js";
import { doing, Refusal } from "./client.js";
import { listed, mailing } from "./mailing.js";

const NEW_LINKS = "Links, de har fået før, virker så ikke længere.";

const KIND = {
  name: "invitation",
  one: "invitation",
  many: "invitationer",
  column: "Indtil nu",
  today: "et link",
  before: ["Hver får en mail med sit eget link, som virker én gang.", NEW_LINKS],
  again: ["Mailen har et nyt link. Det forrige virker så ikke længere."],
  head: ({ begun, leaders, people }) => `${begun.length} af ${leaders} ledere er begyndt. ${people.length} mangler, facilitatorer talt med.`,
  nobody: ({ leaders }) => (leaders ? "Alle er begyndt. Der er ingen at invitere." : "Der er ingen ledere endnu. Læg filen op først."),
};

/** Ask for the cards, and hand them to the browser's downloads. */
async function fetchCards(desk, people) {
  const headers = { "Content-Type": "application/json", "X-Person": desk.person };
  const body = JSON.stringify({ people: people.map(({ person }) => person), sure: true });
  let answer;
  try {
    answer = await fetch(desk.address("cards"), { method: "POST", headers, body, cache: "no-store", credentials: "same-origin", redirect: "error" });
  } catch {
    throw new Refusal("Serveren svarer ikke lige nu. Se efter, om du har net, og prøv igen.");
  }
  if (!answer.ok) throw new Refusal((await answer.json().catch(() => null))?.message ?? "Kortene kunne ikke laves. Prøv igen.");
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = "invitationer.pdf";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

export function invitations(place, desk) {
  return mailing(place, desk, KIND, (chosen, told, refresh, question) => {
    const printable = () => chosen().filter((each) => !each.mail_only);
    const make = (pressed) =>
      doing(pressed, told, async () => {
        told.say("Kortene bliver lavet …");
        const people = printable();
        await fetchCards(desk, people);
        await refresh();
        told.say(`${people.length === 1 ? "1 kort" : `${people.length} kort`} er hentet. Print på begge sider, vend på den lange kant, og slet filen bagefter.`);
      });
    const ask = () => {
      const left = chosen().filter((each) => each.mail_only).map(({ name }) => name);
      const without = left.length ? [`${listed(left)} er eller har været med et andet sted og får derfor kun et link på egen mail, ikke et kort.`] : [];
      if (!printable().length) return told.say([...without, "Send en mail i stedet."].join(" "));
      const fresh = printable().filter((each) => each.fresh).map(({ name }) => name);
      const twice = fresh.length ? [`${listed(fresh)} har allerede fået et link i dag.`] : [];
      const words = [`Hvert kort har et nyt link. ${NEW_LINKS}`, "Filen åbner alle de valgtes adgang. Print den selv, og giv den ikke videre.", ...without, ...twice];
      question(words, "Ja, lav kortene", make);
    };
    return [button("Hent som kort til print", ask)];
  });
}
