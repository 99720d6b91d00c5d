/**
 * Starts everything that a page of the workbook needs to write safely, from `<body data-gathering data-step data-person>`.
 *
 * Must be loaded as a module before the widgets. Sets `globalThis.faellesledelse`, the answers client that fields use.
 */
import { Answers } from "./answers.js";
import { main, node } from "./dom.js";
import { serveFinish } from "./finish.js";
import { Mending, mendedPlace, putBack } from "./mending.js";
import { Notices } from "./notices.js";
import { serveParts } from "./parts.js";
import { Resume } from "./resume.js";

const SLOW = 30_000;

function style(name) {
  if (document.querySelector(`link[href*="/${name}"]`)) return;
  document.head.append(node("link", { rel: "stylesheet", href: new URL(name, import.meta.url).href }));
}

function excuse() {
  const loading = document.getElementById("loading");
  if (!loading || loading.hidden) return;
  const again = node("button", { type: "button", class: "button button-primary", click: () => location.reload() }, "Hent siden igen");
  loading.replaceChildren(node("p", {}, "Felterne er længe om at komme. Intet af det, du har skrevet, er gået tabt."), again);
}

function shown() {
  const loading = document.getElementById("loading");
  if (loading) loading.hidden = true;
}

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

async function settleIn(answers, notices, was) {
  await answers.ready;
  const resume = new Resume(answers);
  whenever(() => resume.find() && (was || resume.open(), true));
  if (was) whenever(() => putBack(was) && (notices.say("Siden er frisk igen"), true));
}

function start({ gathering, step, person }) {
  style("writing.css");
  style("fields.css");
  const answers = new Answers({ gathering, step, person });
  globalThis.faellesledelse = answers;
  const was = mendedPlace();
  const notices = new Notices(answers);
  new Mending(answers, was !== null);
  serveFinish(answers);
  serveParts(answers, style);
  askBeforeLeaving(answers);
  anotherPerson(answers);
  returned(answers);
  setTimeout(excuse, SLOW);
  document.addEventListener("faellesledelse:field", shown, { once: true });
  settleIn(answers, notices, was);
  answers.start();
}

/** The body may not have come yet: Voilà sends the page piece by piece while the kernel works. */
function begin() {
  if (document.body?.dataset.gathering && document.body.dataset.step) start(document.body.dataset);
}

if (document.body) begin();
else {
  const watch = new MutationObserver(() => document.body && (watch.disconnect(), begin()));
  watch.observe(document.documentElement, { childList: true });
}
