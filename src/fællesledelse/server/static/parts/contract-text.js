/** The group's contract to read, wherever it is folded in. */
import { node } from "../dom.js";
import { ask, Unreachable } from "../http.js";

const STATES = {
  waiting: "Den venter på, at alle har sagt ja.",
  force: "I har alle sagt ja til den.",
};

/** What a contract can allow, in words: while it is chosen, and as it stands. */
export const SWITCHES = {
  harvest: {
    title: "Høst på skrift",
    hint: "Vi må skrive sætninger til hinanden, som vi har hørt.",
    on: "Vi må give hinanden sætninger på skrift.",
    off: "Vi siger det, vi har hørt, og skriver det ikke til hinanden.",
  },
  feedback: {
    title: "Skriftlig feedback",
    hint: "Vi må skrive til hinanden om de udkast, vi deler, og om det, vi hører hinanden sige.",
    on: "Vi må give hinanden feedback på skrift.",
    off: "Feedback giver vi kun i samtalen.",
  },
  export: {
    title: "De andres ord må hentes med ud",
    hint: "Vi må tage det med, som de andre har skrevet til os, når vi henter vores eget. Det, man skriver af i hånden, holder kun jeres aftale tilbage.",
    on: "Det, de andre har skrevet til mig, må jeg hente med ud sammen med mit eget.",
    off: "Det, de andre har skrevet til mig, bliver her.",
  },
  fades: {
    title: "Udkast og feedback slettes undervejs",
    hint: "To måneder efter at et udkast er delt, slettes det og al skriftlig feedback på det hos os alle. Datoen står ved udkastet. Din egen tekst har du stadig.",
    on: "Et delt udkast og feedbacken på det slettes to måneder efter, at det er delt.",
    off: "Delte udkast og feedback bliver her, til programmet slutter.",
  },
};

/** What stands where nothing has been agreed on; `place` is where that is done. */
export function unsettled({ place }) {
  return `I har ikke aftalt noget endnu. Det gør I ${place}.`;
}

async function asked(client) {
  try {
    const { status, data } = await ask("GET", `/api/${encodeURIComponent(client.gathering)}/contract`, { person: client.person });
    return status === 200 ? data : null;
  } catch (error) {
    if (error instanceof Unreachable) return null;
    throw error;
  }
}

/** The points of a wording as a list of terms. `texts`: {part: text}. */
export function terms(points, texts) {
  const shown = points.filter(({ part }) => texts[part]);
  return node("dl", { class: "contract-terms" }, ...shown.flatMap(({ part, title }) => [node("dt", {}, title), node("dd", { dir: "auto" }, texts[part])]));
}

export function switchWords(switches) {
  return node("ul", { class: "contract-switches" }, ...Object.entries(SWITCHES).filter(([name]) => name in switches).map(([name, words]) => node("li", { "data-on": String(switches[name]) }, words[switches[name] ? "on" : "off"])));
}

export async function fillContract(place, client) {
  const told = await asked(client);
  const contract = told?.contract;
  if (!told) return place.replaceChildren(node("p", {}, "Det, I har aftalt, kan ikke hentes lige nu."));
  if (!contract) return place.replaceChildren(node("p", {}, unsettled(told)));
  const state = node("p", { class: "room-small" }, contract.in_force ? STATES.force : STATES.waiting);
  const hidden = node("p", {}, "Den blev skrevet, før du kom med. Bed de andre om at vise dig den.");
  place.replaceChildren(state, ...(contract.texts ? [terms(told.points, contract.texts), switchWords(contract.switches)] : [hidden]));
}
