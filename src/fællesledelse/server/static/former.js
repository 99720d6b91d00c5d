/** The page of one who is a leader here no more: each thing of their own that counts, or that others can read, is taken back. */
import { Desk, doing, status } from "./desk/client.js";
import { asked } from "./desk/waves.js";

const { gathering, person } = document.body.dataset;
const desk = new Desk({ gathering, person });

for (const place of document.querySelectorAll("[data-take]")) {
  const { take, label, name, question, sure } = place.dataset;
  const line = status();
  const way = asked(label, question, sure, (pressed) =>
    doing(pressed, line, async () => {
      await desk.send("DELETE", take);
      location.reload();
    }),
  );
  way.firstElementChild.setAttribute("aria-label", `${label}: ${name}`);
  place.append(way, line.element);
}
