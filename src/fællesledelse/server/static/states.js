/** What stands under a field: never more than is true. */

function number(count) {
  return count.toLocaleString("da-DK");
}

/** Written by hand, since a page of fields says it before it accepts text, and a browser's formatter is slow to make. */
function clock(time) {
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(".");
}

function day(time) {
  return time.toLocaleDateString("da-DK", { day: "numeric", month: "long" });
}

/** "kl. 14.32", or "12. juni kl. 14.32" if `iso` is not today. */
export function moment(iso, now = new Date()) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  const hour = `kl. ${clock(time)}`;
  return time.toDateString() === now.toDateString() ? hour : `${day(time)} ${hour}`;
}

/** Characters as the server counts them: code points. */
export function length(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export function tooLong(count, limit) {
  return (
    `Ikke gemt – teksten er ${number(count - limit)} tegn for lang ` +
    `(${number(count)} af højst ${number(limit)}). Forkort den, eller kopiér den.`
  );
}

const SENTENCES = {
  loading: "Henter din tekst …",
  empty: "",
  saving: "Gemmer …",
  kept: "Gemt på denne computer – sendes, når forbindelsen er tilbage",
  "kept-login": "Gemt på denne computer – sendes, når du har logget ind igen",
  "kept-choice": "Gemt på denne computer – vælg mellem de to udgaver, så sendes den",
  both: "Begge udgaver er gemt – vælg, hvad der skal stå",
  unsaved: "Ikke gemt – kopiér din tekst",
};

/** {kind, text, copy}: `kind` is what a change is announced by. */
export function status(name, text = SENTENCES[name]) {
  const kind = name.startsWith("kept") ? "kept" : name;
  return { kind, text, copy: kind === "unsaved" };
}

/** Not kept on this computer, which can't, and on its way to the server. */
export function underWay() {
  return status("saving", "Ikke gemt endnu – sendes …");
}

export function saved(iso) {
  return status("saved", `Gemt ${moment(iso)}`.trim());
}
