/** The leaders' page about the survey: one theme at a time, each choice saved at once; then what came of the waves that are closed. */
import { bring, button, node } from "./dom.js";
import { Desk, doing, Refusal, status } from "./desk/client.js";
import { outcome } from "./desk/survey.js";
import { asked } from "./desk/waves.js";
import { ask, Unreachable } from "./http.js";

const AGAIN = 4000; // milliseconds until what has not come through is tried again
const AWAY = "Serveren svarer ikke lige nu. Det sidste, du valgte, er ikke gemt endnu. Vi prøver igen.";
const LOGGED_OUT = "Du er logget ud. Log ind i et andet vindue, så bliver det sidste, du valgte, gemt herfra.";

const { gathering, person } = document.body.dataset;
const desk = new Desk({ gathering, person });

/** Sends choices one at a time, the newest of each statement; `told(words)` hears how it stands. */
function saver(wave, told) {
  const waiting = new Map();
  let busy = null;
  let timer = 0;

  async function one(item, value) {
    try {
      const path = `/api/${encodeURIComponent(gathering)}/survey/${wave}/items/${encodeURIComponent(item)}`;
      const { status: code, data } = await ask("PUT", path, { body: { value }, person });
      if (code === 200) return "";
      if (code === 401) return LOGGED_OUT;
      if (code >= 500) return AWAY;
      waiting.delete(item); // it can't be saved, now or later
      return data?.message ?? AWAY;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return AWAY;
    }
  }

  async function run() {
    while (waiting.size) {
      const [item, value] = waiting.entries().next().value;
      const trouble = await one(item, value);
      if (trouble) {
        told(trouble, true);
        if (waiting.size) timer = setTimeout(go, AGAIN);
        return false;
      }
      if (waiting.get(item) === value) waiting.delete(item);
    }
    told("Gemt", false);
    return true;
  }

  /** Resolves to whether everything is saved. */
  function go() {
    clearTimeout(timer);
    busy ??= run().finally(() => (busy = null));
    return busy;
  }

  function keep(item, value) {
    waiting.delete(item);
    waiting.set(item, value);
    return go();
  }

  async function all() {
    await go();
    return waiting.size ? go() : true;
  }

  addEventListener("online", () => waiting.size && go());
  addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());
  return { keep, all };
}

function serve(form) {
  const told = form.querySelector("[data-told]");
  const say = (text, failed = false) => {
    told.textContent = text;
    told.classList.toggle("desk-status--failed", failed);
  };
  const { wave } = form.dataset;
  const saves = saver(wave, say);
  const themes = [...form.querySelectorAll("[data-theme]")];
  const items = [...form.querySelectorAll("[data-item]")];
  const sentNote = document.querySelector("[data-sent]");
  const answered = (item) => Boolean(item.querySelector(":checked"));
  const back = button("Tilbage", () => turn(at - 1));
  const on = button("Videre", () => turn(at + 1), "primary");
  const send = button("", () => sent(), "primary");
  let at = 0;

  function count() {
    const done = items.filter(answered).length;
    form.querySelector("progress").value = done;
    form.querySelector("[data-count]").textContent = `${done} af ${items.length} besvaret`;
    const missing = items.length - done;
    const first = items.find((item) => !answered(item));
    const jump = first && button(missing === 1 ? "Vis det" : "Vis det første", () => find(first));
    const words = missing ? `Du mangler ${missing === 1 ? "ét udsagn" : `${missing} udsagn`}. ` : "Du har svaret på det hele.";
    form.querySelector("[data-missing]").replaceChildren(words, ...(jump ? [jump] : []));
    send.disabled = Boolean(missing);
    send.textContent = sentNote.hidden ? "Send dine svar" : "Send igen";
  }

  /** Show the theme with that number; `focus` its heading, since what was pressed may be gone. */
  function turn(number, focus = true) {
    at = Math.min(Math.max(number, 0), themes.length - 1);
    for (const [place, theme] of themes.entries()) theme.hidden = place !== at;
    back.hidden = at === 0;
    on.hidden = at === themes.length - 1;
    count();
    if (!focus) return;
    themes[at].querySelector("h2").focus({ preventScroll: true });
    bring(form);
  }

  function find(item) {
    turn(themes.findIndex((theme) => theme.contains(item)), false);
    item.querySelector("input").focus({ preventScroll: true });
    bring(item, "center");
  }

  async function sent() {
    send.disabled = true;
    say("Sender …");
    try {
      if (!(await saves.all())) return;
      await desk.post(`survey/${wave}/send`, { copy: form.elements.copy.checked });
      sentNote.hidden = false;
      say("");
      offerWithdrawal();
      sentNote.setAttribute("tabindex", "-1");
      sentNote.focus({ preventScroll: true });
      bring(sentNote, "center");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say(error.message, true);
    } finally {
      count();
    }
  }

  function offerWithdrawal() {
    const line = status();
    const question = "Dine svar i denne måling bliver slettet. Du kan svare forfra, så længe målingen er åben.";
    const take = asked("Slet mine svar", question, "Ja, slet dem", (sure) =>
      doing(sure, line, async () => {
        await desk.send("DELETE", `survey/${wave}/mine`);
        location.reload();
      }),
    );
    document.querySelector("[data-withdraw]").replaceChildren(take, line.element);
  }

  form.querySelector("[data-steps]").append(back, on);
  form.querySelector("[data-send]").append(send);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", ({ target }) => {
    if (target.type !== "radio") return;
    say("Gemmer …");
    count();
    saves.keep(target.name, Number(target.value));
  });
  if (items.some(answered)) offerWithdrawal();
  const first = items.find((item) => !answered(item));
  turn(first && first !== items[0] ? themes.findIndex((theme) => theme.contains(first)) : 0, false);
}

/** What one may do with the own answers of a wave that is closed. */
function ownAnswers(wave, { linked, own, copy }, renew) {
  if (own) {
    const line = status();
    const question = "Dine svar bliver slettet, og de kommende tal bliver regnet ud uden dem. Det, der er vist, bliver stående.";
    const take = asked("Træk mine svar tilbage", question, "Ja, træk dem tilbage", (sure) =>
      doing(sure, line, async () => {
        await desk.send("DELETE", `survey/${wave.id}/mine`);
        await renew();
      }),
    );
    return [node("p", { class: "site-small" }, "Dine egne svar står ved siden af. Kun du kan se dem."), take, line.element];
  }
  if (copy) return [node("p", { class: "site-small" }, "Dine egne svar står ved siden af, fra den kopi, du gemte. Kun du kan åbne den.")];
  const why = linked ? "Der er ingen svar fra dig i denne måling." : "Nøglen er slettet, og ingen kan finde dine svar mere, heller ikke du.";
  return [node("p", { class: "site-small" }, why)];
}

async function show(place) {
  try {
    const told = await desk.get("survey");
    const mine = await desk.get("survey/mine");
    const closed = told.waves.filter(({ state }) => state === "closed");
    const card = (wave) => {
      const [own, copy] = [mine.answers[wave.id], mine.copies[wave.id]];
      const below = wave.result ? ownAnswers(wave, { linked: told.linked, own, copy }, () => show(place)) : [];
      return node("section", { class: "site-card" }, ...outcome(told, wave, own ?? copy), ...below);
    };
    place.replaceChildren(...closed.map(card));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    place.replaceChildren(node("p", { class: "site-note site-note--warm" }, error.message));
  }
}

const form = document.querySelector("form[data-wave]");
const outcomes = document.querySelector("[data-outcomes]");
if (form) serve(form);
if (outcomes) show(outcomes);
