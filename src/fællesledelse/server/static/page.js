/**
 * Brings a page of the workbook to life: `<body data-gathering data-step data-person>`, and what the server says of it in
 * the element `#page`. The fields are drawn from that alone; a kernel is woken only when a widget asks something of one.
 *
 * Sets `globalThis.faellesledelse`, the answers client that fields use. Marks in the browser's performance timeline:
 * "fields" when every field accepts text, "live" when all that is computed stands on the page too.
 */
import "./shell.js";
import { Answers } from "./answers.js";
import { serveComputed } from "./computed.js";
import { main } from "./dom.js";
import { draw } from "./fields.js";
import { serveFinish } from "./finish.js";
import { Kernel } from "./kernel.js";
import { Mending, mendedPlace, putBack } from "./mending.js";
import { Notices } from "./notices.js";
import { serveParts } from "./parts.js";
import { Resume } from "./resume.js";
import { foldSections } from "./sections.js";

const FAILED = "Denne del kunne ikke hentes. Hent siden igen. Det, du har skrevet, er ikke tabt.";

/** Call `look` now and whenever the page has changed, until it returns true. */
function whenever(look) {
  if (look()) return;
  const watch = new MutationObserver(() => look() && watch.disconnect());
  watch.observe(document.body, { childList: true, subtree: true });
}

function askBeforeLeaving(answers) {
  addEventListener("beforeunload", (event) => {
    if (answers.unsent.some((answer) => answer.fragile)) event.preventDefault();
  });
}

function anotherPerson(answers) {
  answers.addEventListener("other-person", () => {
    main().hidden = true;
    location.replace("/");
  });
}

/** A page from the browser's back-forward cache may be another person's by now. */
function returned(answers) {
  addEventListener("pageshow", (event) => event.persisted && answers.connection.check());
}

/** `drawn`: when the widgets stand where they belong, above or below the writer. */
async function settleIn(answers, notices, was, drawn) {
  await answers.ready;
  const resume = new Resume(answers);
  whenever(() => resume.find() && (was || resume.open(), true));
  await Promise.allSettled([drawn]);
  if (was) whenever(() => putBack(was) && (notices.say("Siden er frisk igen"), true));
}

function places(kind) {
  return [...document.querySelectorAll(`[data-kind="${kind}"]`)];
}

/** A kernel that has been asked something hears of each save: its words are about a text. */
function tellSaves(answers, kernel, fields) {
  const owner = new Map(Object.entries(fields).flatMap(([model, specs]) => specs.map(({ key }) => [key, model])));
  answers.addEventListener("saved", ({ detail: saved }) => {
    if (kernel.asked && owner.has(saved.key)) kernel.send(owner.get(saved.key), { method: "custom", content: { saved } });
  });
}

/** Draw what needs Jupyter's own widgets, which are large and come only to pages that have some. */
async function drawWidgets(answers, { kernel: address, widgets, fields }) {
  const found = places("widget");
  if (!found.length) return;
  const kernel = new Kernel(address, answers);
  tellSaves(answers, kernel, fields);
  try {
    const { drawAll } = await import(document.body.dataset.widgets);
    await drawAll(found, widgets, kernel);
  } catch (error) {
    for (const place of found) place.textContent = FAILED;
    throw error;
  }
}

async function start({ gathering, step, person }, told) {
  const answers = new Answers({ gathering, step, person });
  globalThis.faellesledelse = answers;
  answers.start(told);
  const was = mendedPlace();
  const notices = new Notices(answers);
  new Mending(answers, was !== null);
  askBeforeLeaving(answers);
  anotherPerson(answers);
  returned(answers);
  const fold = foldSections(answers);
  await answers.ready; // a matter of milliseconds, and everything is drawn once
  for (const place of places("fields")) draw(place, told.fields[place.dataset.model], answers);
  fold();
  document.getElementById("loading")?.remove();
  performance.mark("fields");
  serveFinish(answers);
  serveParts(answers);
  serveComputed(answers, told);
  const drawn = drawWidgets(answers, told);
  settleIn(answers, notices, was, drawn);
  await drawn;
  performance.mark("live");
}

function begin() {
  const told = document.getElementById("page");
  if (told) start(document.body.dataset, JSON.parse(told.textContent));
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
else begin();
