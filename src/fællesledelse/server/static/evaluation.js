/** The leaders' page about evaluations: sends an answer, once, and shows what came of those that are closed. */
import { bring, button, node } from "./dom.js";
import { Desk, Refusal, status } from "./desk/client.js";
import { outcome } from "./desk/evaluation.js";
import { ask, Unreachable } from "./http.js";

const AWAY = "Serveren svarer ikke lige nu. Dit svar er måske ikke sendt. Det står her endnu, så prøv igen om lidt.";
const LOGGED_OUT = "Du er logget ud. Log ind i et andet vindue, og send så igen. Dit svar står her endnu.";
const SENT = "Tak. Dit svar er sendt. Svarene er her på siden, når evalueringen er lukket, hvis mindst fem har svaret.";

const { gathering, person } = document.body.dataset;

/** What is wrong with an answer before it is sent, and where; or null. */
function missing(form, texts) {
  if (!Object.values(texts).some(Boolean)) return ["Skriv noget til mindst ét af de fire spørgsmål. Et par ord er nok.", form.querySelector("textarea")];
  if (!form.elements.worth.value) return ["Sæt ét kryds ved det sidste. »Ved ikke« er også et svar.", form.elements.worth[0]];
  return null;
}

/** Send an answer; resolves to the server's refusal in words, or to nothing. */
async function post(wave, answer) {
  try {
    const { status: code, data } = await ask("POST", `/api/${encodeURIComponent(gathering)}/evaluation/${wave}/response`, { body: answer, person });
    return code === 200 ? "" : code === 401 ? LOGGED_OUT : (data?.message ?? AWAY);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return AWAY;
  }
}

function serve(form) {
  const told = status();
  const place = form.querySelector("[data-send]");
  const read = () => Object.fromEntries([...form.querySelectorAll("textarea")].map(({ name, value }) => [name, value.trim()]));
  const stay = (event) => Object.values(read()).some(Boolean) && event.preventDefault();
  const first = button("Send dit svar", review, "primary");
  const sure = button("Ja, send det", send, "primary");
  const back = button("Nej, jeg vil rette", rest);

  function rest() {
    place.replaceChildren(node("div", { class: "desk-buttons" }, first), told.element);
  }

  function review() {
    const found = missing(form, read());
    if (found) {
      told.fail(found[0]);
      found[1].focus();
      return;
    }
    told.clear();
    place.replaceChildren(node("div", { class: "desk-asked", role: "group" }, node("p", {}, "Vil du sende? Bagefter kan svaret ikke ændres."), sure, back), told.element);
    sure.focus();
  }

  async function send() {
    sure.disabled = back.disabled = true;
    told.say("Sender …");
    const refused = await post(form.dataset.wave, { ...read(), worth: Number(form.elements.worth.value) });
    sure.disabled = back.disabled = false;
    if (refused) return told.fail(refused);
    removeEventListener("beforeunload", stay);
    form.reset();
    const thanks = node("p", { class: "site-note", role: "status", tabindex: "-1" }, SENT);
    form.closest("[data-open]").replaceChildren(thanks);
    thanks.focus();
    return bring(thanks, "center");
  }

  addEventListener("beforeunload", stay);
  form.addEventListener("submit", (event) => event.preventDefault());
  rest();
}

async function show(place) {
  try {
    const told = await new Desk({ gathering, person }).get("evaluation");
    const closed = told.waves.filter(({ state }) => state === "closed");
    place.replaceChildren(...closed.map((wave) => node("section", { class: "site-card" }, ...outcome(told, wave))));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    place.replaceChildren(node("p", { class: "site-note site-note--warm" }, error.message));
  }
}

const form = document.querySelector("form[data-wave]");
const outcomes = document.querySelector("[data-outcomes]");
if (form) serve(form);
if (outcomes) show(outcomes);
