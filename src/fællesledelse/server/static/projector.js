/** All groups of a workshop on a wall, and all of them steered at once: by button, by key, or from a phone with this page. */
import { button, node } from "./dom.js";
import { ask, Unreachable } from "./http.js";
import { renew, say } from "./parts/draw.js";
import { clock, Countdown, minutes, over } from "./parts/time.js";

const TICK = 200;
const PULSE = 900; // how often it asks whether anything has changed; with WAIT, a lost line is seen within three seconds
const WAIT = 1500;
const PATIENCE = 6000; // for an answer to a press
const IDLE = 4000; // after which the buttons leave the wall
const SMALLEST = 0.7; // of the words' full size on the wall
const LOOK = "faellesledelse-projector-look";
const KEYS = { ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", ArrowUp: "extend" };

const { gathering, step, person } = document.body.dataset;
const API = `/api/${encodeURIComponent(gathering)}`;
const HERE = `${API}/projector/${encodeURIComponent(step)}`;
const place = (name) => document.querySelector(`[data-${name}]`);
const $ = Object.fromEntries(
  ["lost", "clock", "stage", "left", "of", "next", "turn", "title", "text", "cues", "groups", "report", "buttons"].map((name) => [name, place(name)]),
);

const NARROW = matchMedia("(max-width: 47.99em)");
const countdown = new Countdown();
const times = new Map(); // by group, for those that have a time of their own
let state = null;
let number = null;
let lost = null; // since when
let busy = false;
let answer = null; // what the last press came to, and how all stood then

const { called } = document.body.dataset; // what one of the groups is: "Gruppe", "Salon"
const named = (group) => (/^\d+$/.test(group) ? `${called} ${group}` : group);
const turnOf = ({ turn }) => (turn === null ? "" : `${turn + 1}. tur`);
const time = (when) => `${when.getHours()}.${String(when.getMinutes()).padStart(2, "0")}`;

/** Those that follow the screen: not elsewhere today, and not keeping their own time. */
function following() {
  return state.groups.filter(({ away, own }) => !away && !own);
}

async function talk(method, path, options) {
  const asked = Date.now();
  const { status, data } = await ask(method, path, { person, ...options });
  if (status === 401) location.reload();
  return { status, data, asked };
}

function take(told, asked) {
  state = told;
  if (told.most) countdown.take({ ...told.most, now: told.now }, asked, Date.now());
  for (const each of told.groups) {
    if (!times.has(each.group)) times.set(each.group, new Countdown());
    times.get(each.group).take({ ...each, now: told.now }, asked, Date.now());
  }
  draw();
}

async function load() {
  const { status, data, asked } = await talk("GET", HERE, { wait: WAIT });
  if (status !== 200 || busy) return false;
  take(data, asked);
  return true;
}

/** Ask whether anything has changed, for ever: no answer is a lost line, and the first answer after that brings all anew. */
async function pulse() {
  try {
    const { status, data } = await talk("GET", `${API}/live`, { wait: WAIT });
    if (status === 200 && (lost || data.changed !== number) && (await load())) number = data.changed;
    if (status === 200) found();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    lose();
  }
  setTimeout(pulse, PULSE);
}

function lose() {
  lost ??= new Date();
  say($.lost, `Ingen forbindelse siden kl. ${time(lost)}. Uret her går videre, og grupperne ser deres eget. Vi prøver igen hele tiden.`);
}

function found() {
  if (!lost) return;
  lost = null;
  answer = null;
  say($.lost, "");
  report();
}

/** What the last press came to stands until the groups are elsewhere. */
function report() {
  if (state) say($.report, answer?.standing === state.standing ? answer.words : state.standing);
}

/** Ask for the same of several groups, each from what this page shows now. */
async function steer(verb, groups) {
  if (busy || !state) return;
  busy = true;
  document.body.toggleAttribute("data-busy", true);
  say($.report, "Sender til grupperne …");
  try {
    const versions = Object.fromEntries(groups.map(({ group, version }) => [group, version]));
    const { status, data, asked } = await talk("PUT", HERE, { body: { do: verb, groups: versions }, wait: PATIENCE });
    if (status === 200) take(data, asked);
    answer = { words: data?.report ?? data?.message ?? "Serveren svarede ikke, som den skulle. Prøv igen om lidt.", standing: state.standing };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    lose();
    const words = "Der er ingen forbindelse lige nu. Vi ved ikke, om grupperne fik besked. Se efter her, når forbindelsen er tilbage.";
    answer = { words, standing: state.standing };
  } finally {
    busy = false;
    document.body.toggleAttribute("data-busy", false);
    report();
  }
}

/** Whether any group meets here today. */
const anyone = () => state.groups.some(({ away }) => !away);

function all(verb) {
  if (state && anyone()) return steer(verb, following());
}

/** What the large button and the space bar do: begin, then stop and go on. */
function main() {
  if (!state) return;
  if (state.state === "before") return all("begin");
  if (state.most) all(state.most.running ? "pause" : "resume");
}

function forward() {
  if (state) all(state.state === "before" ? "begin" : "next");
}

const parts = {
  begin: button("Begynd for alle", () => all("begin"), "primary"),
  next: button("Næste fase", forward, "primary"),
  pause: button("", main),
  extend: button("+ 5 minutter", () => all("extend")),
  back: button("Tilbage", () => all("back")),
  undo: button("Fortryd", () => steer("undo", undoable())),
  look: button("", () => toggleLook()),
  full: button("Fuld skærm", () => fullScreen()),
};

function undoable() {
  return state.groups.filter(({ group, version }) => state.undo[group] === version);
}

function draw() {
  const { most } = state;
  $.stage.dataset.state = !most ? state.state : most.running ? "running" : "paused";
  say($.turn, most ? turnOf(most) : "");
  say($.title, most ? most.title : state.state === "over" ? "Tak for i dag" : "Velkommen");
  say($.text, most ? most.text : state.state === "over" ? "" : `Find din ${called.toLowerCase()}. Når alle sidder, begynder vi sammen.`);
  say($.next, nextWords(most));
  renew($.cues, most?.cues ?? [], () => (most?.cues ?? []).map(({ role, text }) => node("div", {}, node("dt", {}, role), node("dd", {}, text))));
  drawGroups();
  drawButtons();
  if (!busy) report();
  tick();
  fit();
}

/** Makes the words on the stage smaller until the wall need not be scrolled. A remote control may be. */
function fit() {
  const page = document.documentElement;
  let size = 1;
  const set = () => $.stage.style.setProperty("--fit", size);
  set();
  if (NARROW.matches) return;
  while (page.scrollHeight > page.clientHeight && size > SMALLEST) {
    size -= 0.05;
    set();
  }
}

function nextWords(most) {
  if (!most) return "";
  if (!most.next) return "Bagefter er I færdige.";
  const turn = most.next.turn !== null && most.next.turn !== most.turn ? `, ${turnOf(most.next)}` : "";
  return `Bagefter: ${most.next.title}${turn}, ${minutes(most.next.minutes)}`;
}

/** In step with the others, or where else. */
function whereIs({ away, own, begun, phase, running, along }) {
  if (away) return away;
  if (!phase) return begun ? "færdig" : state.most ? "ikke begyndt" : "";
  const where = along ? "" : `${phase.title}${phase.turn === null ? "" : `, ${turnOf(phase)}`}`;
  const still = running || along ? "" : "på pause";
  return [where, own ? "eget ur" : "", still].filter(Boolean).join(" · ");
}

function drawGroups() {
  const shown = state.groups.map((each) => [each.group, whereIs(each), each.along, each.own, Boolean(each.away), each.version]);
  renew($.groups, shown, () => state.groups.map(groupItem));
}

/** Where all are in step their numbers are enough for the eye. */
function nameOf(group, short) {
  const bare = short && named(group) !== group;
  return node("span", { class: "projector-name" }, bare ? node("span", { class: "sr-only" }, `${called} `) : null, bare ? group : named(group));
}

function groupItem(each) {
  const words = whereIs(each);
  const kind = each.away ? "away" : each.along ? "along" : each.phase ? "elsewhere" : "waiting";
  const item = node("li", { class: `projector-group projector-group--${kind}` }, nameOf(each.group, kind === "along"));
  if (words) item.append(node("span", { class: "projector-where" }, words));
  if (each.phase && !each.along && each.running) item.append(node("span", { class: "projector-own", "data-time-of": each.group }));
  if (state.most && !each.away && (each.own || !each.along)) {
    const whom = node("span", { class: "sr-only" }, ` ${named(each.group)}`);
    item.append(node("button", { type: "button", class: "projector-join", click: () => steer("join", [each]) }, "Tag med", whom));
  }
  return item;
}

function drawButtons() {
  const going = Boolean(state.most);
  parts.begin.disabled = parts.next.disabled = !anyone();
  parts.begin.hidden = state.state !== "before";
  parts.back.hidden = state.state === "before";
  parts.undo.hidden = undoable().length === 0;
  say(parts.next, state.most?.next ? `Næste: ${state.most.next.title}` : "Slut for i dag");
  if (going) say(parts.pause, state.most.running ? "Stands uret" : "Lad uret gå");
  parts.next.hidden = parts.pause.hidden = parts.extend.hidden = !going;
}

function tick() {
  say($.clock, `kl. ${time(new Date())}`);
  const most = state?.most;
  const late = most ? over(countdown.left) : "";
  say($.left, most ? late || clock(countdown.left) : "");
  $.left.classList.toggle("projector-left--words", Boolean(late));
  say($.of, !most ? "" : !most.running ? "Uret står stille" : late ? "Gør jer færdige i ro" : `tilbage af ${minutes(most.minutes)}`);
  for (const own of $.groups.querySelectorAll("[data-time-of]")) {
    const left = times.get(own.dataset.timeOf).left;
    say(own, over(left) || clock(left));
  }
}

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  const onButton = event.target.closest?.("button, a");
  if (event.key === " " && !onButton) main();
  else if (KEYS[event.key] === "next") forward();
  else if (KEYS[event.key] && state) all(KEYS[event.key]);
  else if (event.key === "f" || event.key === "F") fullScreen();
  else return;
  event.preventDefault();
}

async function fullScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  try {
    await document.documentElement.requestFullscreen?.({ navigationUI: "hide" });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** A screen that sleeps tells nobody the time. */
async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function remembered() {
  try {
    return localStorage.getItem(LOOK);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function setLook(look) {
  document.documentElement.dataset.look = look;
  say(parts.look, look === "dark" ? "Lys" : "Mørk");
}

function toggleLook() {
  const look = document.documentElement.dataset.look === "dark" ? "light" : "dark";
  setLook(look);
  try {
    localStorage.setItem(LOOK, look);
  } catch {
    // it stays until the page is closed
  }
}

/** The buttons leave the wall when nobody moves the mouse; a screen one touches keeps them. */
function watchIdle() {
  let idle = null;
  const stir = () => {
    document.body.removeAttribute("data-idle");
    clearTimeout(idle);
    idle = setTimeout(() => document.body.toggleAttribute("data-idle", true), IDLE);
  };
  for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) addEventListener(name, stir);
  stir();
}

setLook(remembered() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
for (const each of [parts.look, parts.full]) each.classList.add("projector-wall");
$.buttons.append(parts.begin, parts.next, parts.pause, parts.extend, parts.back, parts.undo, parts.look, parts.full);
for (const each of [parts.begin, parts.next, parts.pause, parts.extend, parts.back, parts.undo]) each.hidden = true;
addEventListener("keydown", press);
addEventListener("offline", lose);
addEventListener("resize", fit);
addEventListener("visibilitychange", stayAwake);
setInterval(tick, TICK);
watchIdle();
stayAwake();
pulse();
