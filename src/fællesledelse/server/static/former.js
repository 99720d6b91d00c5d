/** The page of one who is a leader here no more: each thing of their own that counts, or that others can read, is taken back. */
import { Desk, doing, status } from "./desk/client.js";
import { asked } from "./desk/waves.js";
import { node } from "./dom.js";

const { gathering, person } = document.body.dataset;
const desk = new Desk({ gathering, person });

/** Everything of the own is deleted: nothing is left to show but the receipt. */
function keep(receipt) {
  const file = new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" });
  const link = node("a", { href: URL.createObjectURL(file), download: `kvittering-${receipt.hold}.json`, class: "button button-primary" }, "Hent kvitteringen");
  const said = node("h1", { tabindex: -1 }, "Dit er slettet");
  const lead = node("p", { class: "site-lead" }, "Det, du har skrevet, delt og udgivet her, er væk, også for de andre. Hent kvitteringen nu: Den siger, hvad der er slettet, hvad der bliver, og hvad ingen kan bevise. Når du lukker siden, kan du ikke hente den igen.");
  document.querySelector("main").replaceChildren(said, lead, node("p", {}, link));
  said.focus();
}

for (const place of document.querySelectorAll("[data-take]")) {
  const { take, label, name, question, sure } = place.dataset;
  const line = status();
  const way = asked(label, question, sure, (pressed) =>
    doing(pressed, line, async () => {
      const { receipt } = (await desk.send("DELETE", take)) ?? {};
      if (receipt) keep(receipt);
      else location.reload();
    }),
  );
  way.firstElementChild.setAttribute("aria-label", `${label}: ${name}`);
  place.append(way, line.element);
}
