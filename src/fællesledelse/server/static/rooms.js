/** The facilitator's page about the groups: renews where they are, and brings the room of one of them to life. */
import { ask, Unreachable } from "./http.js";
import { say } from "./parts/draw.js";
import { Live } from "./parts/live.js";
import { mount } from "./parts/room.js";
import { clock, Countdown, over } from "./parts/time.js";

const TICK = 1000;
const { gathering, person } = document.body.dataset;

function serveRoom(place) {
  const client = { gathering, person, stepName: place.dataset.stepOfRoom };
  mount(place, client, new Live(client, { group: place.dataset.group }));
}

/** One line of the list: a group's workshop. */
function line(element) {
  const countdown = new Countdown();
  const [words, left] = [element.querySelector("[data-words]"), element.querySelector("[data-left]")];
  let room = null;
  const tick = () => say(left, !room?.going ? "" : !room.running ? "står stille" : over(countdown.left) || `${clock(countdown.left)} tilbage`);
  const take = (told, now, asked) => {
    room = told;
    countdown.take({ ...told, now }, asked, Date.now());
    say(words, told.words);
    element.toggleAttribute("data-going", told.going);
    tick();
  };
  return { take, tick };
}

function serveList(list) {
  const find = (group, step) => list.querySelector(`[data-group="${CSS.escape(group)}"] [data-step-of-room="${CSS.escape(step)}"]`);
  const lines = new Map();
  const at = (element) => lines.get(element) ?? lines.set(element, line(element)).get(element);
  const take = ({ groups, now }, asked) => {
    for (const { group, rooms, contract, contract_words: words } of groups) {
      const own = list.querySelector(`[data-group="${CSS.escape(group)}"]`);
      if (!own) return location.reload(); // the cohort was built anew
      const shown = own.querySelector(".rooms-contract"); // salons and networks have none
      if (shown) {
        say(shown, words);
        shown.dataset.contract = contract;
      }
      for (const room of rooms) at(find(group, room.step)).take(room, now, asked);
    }
  };
  const load = async () => {
    const asked = Date.now();
    try {
      const { status, data } = await ask("GET", `/api/${encodeURIComponent(gathering)}/rooms`, { person });
      if (status === 200) take(data, asked);
      if (status === 401) location.reload();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  };
  new Live({ gathering, person }).addEventListener("changed", load);
  setInterval(() => lines.forEach((each) => each.tick()), TICK);
  load();
}

const place = document.querySelector("[data-room]");
if (place) serveRoom(place);
else serveList(document.querySelector(".rooms"));
