/** What stands under a field: never more than is true. */

const number = new Intl.NumberFormat("da-DK");
const clock = new Intl.DateTimeFormat("da-DK", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("da-DK", { day: "numeric", month: "long" });

/** "kl. 14.32", or "12. juni kl. 14.32" if `iso` is not today. */
export function moment(iso, now = new Date()) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  const hour = `kl. ${clock.format(time).replace(":", ".")}`;
  return time.toDateString() === now.toDateString() ? hour : `${day.format(time)} ${hour}`;
}

/** Characters as the server counts them: code points. */
export function length(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export function tooLong(count, limit) {
  return (
    `Ikke gemt – teksten er ${number.format(count - limit)} tegn for lang ` +
    `(${number.format(count)} af højst ${number.format(limit)}). Forkort den, eller kopiér den.`
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

export function saved(iso) {
  return status("saved", `Gemt ${moment(iso)}`.trim());
}
