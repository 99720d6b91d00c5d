/** The cases that the others have shared for a network's meeting. */
import { node } from "../dom.js";
import { renew, say } from "./draw.js";
import { Desk, Rows, words } from "./sharing.js";

const NONE = "Ingen af de andre har delt en sag endnu.";

export function mount(element, client, live) {
  const view = { none: node("p", { class: "share-small" }), list: node("ul", { class: "release-theirs" }) };
  const desk = new Desk(element, client, live, { path: `cases/${element.dataset.card}`, name: "cases", draw });
  const rows = new Rows(view.list, () => theirs(desk));

  function draw(data) {
    if (!view.list.isConnected) desk.element.append(view.none, view.list);
    say(view.none, data.theirs.length ? "" : NONE);
    view.list.hidden = !data.theirs.length;
    rows.show(data.theirs, ({ author }) => author);
  }
}

/** A case that somebody has shared. Who is in the midst of reading one that is taken back, is told. */
function theirs(desk) {
  const title = node("summary", {});
  const list = node("dl", {});
  const element = node("li", {}, node("details", { class: "share-fold" }, title, list));
  let name = "";
  const update = ({ from, parts }) => {
    name = from;
    title.textContent = `Sag fra ${from}`;
    renew(list, parts, () => parts.flatMap((part) => [node("dt", {}, part.title), node("dd", {}, words(part.text))]));
  };
  return { element, update, close: () => desk.say(`${name} har trukket sin sag tilbage.`) };
}
