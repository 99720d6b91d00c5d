/** Takes the draft into use, and goes back to what was there before. */
import { button, node } from "../dom.js";
import { doing, progress, status } from "./client.js";

const WAITING = "Ingen kladde venter. Læg en fil op, eller skriv et forslag i den, så kan du tage det i brug her.";

const BLANK = /['"]([^'"]+)['"] står tomt\..*oplysningen vises tom/; // what the builder says of the privacy notice

/** What comes after a build: what the privacy notice still lacks, and where to go. */
function next(gathering, reminders) {
  const blank = reminders.map((text) => BLANK.exec(text)?.[1]).filter(Boolean);
  const warning = node("p", { class: "desk-build-blank" }, `Oplysningen til lederne mangler stadig: ${blank.join(", ")}. Skriv det i filen, før du inviterer, og tag den i brug igen.`);
  const link = node("a", { href: `/hold/${gathering}/styring/invitationer` }, "Invitationer");
  return [...(blank.length ? [warning] : []), node("p", {}, "Næste skridt: ", link)];
}

/** A button that asks once more before it does what can't be seen beforehand. */
function asked(text, question, yes, act) {
  const place = node("div", { class: "desk-asked" });
  const first = button(text, () => place.replaceChildren(node("p", {}, question), sure, back));
  const sure = button(yes, async () => (await act(sure)) && place.replaceChildren(first), "primary");
  const back = button("Nej, lad være", () => place.replaceChildren(first));
  place.append(first);
  return place;
}

export async function build(place, desk) {
  const told = status();
  const bar = progress("Så langt er vi");
  const waits = node("p", {});
  const after = node("div", { class: "desk-build-next" });
  const take = button("Tag kladden i brug", () => run(take, "build", "i brug. Lederne møder dem fra nu af."), "primary");
  const undo = asked(
    "Gå tilbage til den forrige udgave",
    "Siderne, datoerne og deltagerne bliver, som de var før den sidste ændring. Det, lederne har skrevet, bliver stående.",
    "Ja, gå tilbage",
    (sure) => run(sure, "undo", "tilbage, som de var før.", { change }),
  );

  let change = 0; // the last that can be undone

  function run(pressed, what, words, body = {}) {
    let done = 0;
    let built = null;
    after.replaceChildren();
    return doing(pressed, told, async () => {
      bar.show(0, 1, "Begynder …");
      try {
        built = await desk.follow("POST", `cohort/${what}`, body, ({ total }) => total && bar.show(++done, total, `${done} af ${total} sider er bygget`));
      } finally {
        bar.hide();
      }
      await desk.changed();
      told.say(`${done} ${done === 1 ? "side" : "sider"} er ${words}`);
      if (what === "build") after.replaceChildren(...next(desk.gathering, built.done.reminders));
    });
  }

  desk.addEventListener("cohort", ({ detail: { draft, changes } }) => {
    take.hidden = !draft;
    waits.textContent = draft ? "Kladden er tjekket og klar." : WAITING;
    change = changes;
    undo.hidden = !changes;
  });
  place.replaceChildren(waits, node("div", { class: "desk-buttons" }, take, undo), bar.element, told.element, after);
}
