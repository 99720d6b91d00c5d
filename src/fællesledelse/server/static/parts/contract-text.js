/** The group's contract to read, wherever it is folded in. */
import { node } from "../dom.js";
import { ask, Unreachable } from "../http.js";

const STATES = {
  none: "I har ikke aftalt noget endnu. Det gør I på siden for den første workshop.",
  waiting: "Den venter på, at alle har sagt ja.",
  force: "I har alle sagt ja til den.",
};

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

export async function fillContract(place, client) {
  const told = await asked(client);
  const contract = told?.contract;
  if (!told) return place.replaceChildren(node("p", {}, "Kontrakten kan ikke hentes lige nu."));
  if (!contract) return place.replaceChildren(node("p", {}, STATES.none));
  const state = node("p", { class: "room-small" }, contract.in_force ? STATES.force : STATES.waiting);
  const hidden = node("p", {}, "Den blev skrevet, før du kom med. Bed de andre om at vise dig den.");
  place.replaceChildren(state, contract.texts ? terms(told.points, contract.texts) : hidden);
}
