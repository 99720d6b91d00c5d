/** Days as one says them, and what those who sit together are called. */

const DAY = new Intl.DateTimeFormat("da-DK", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** "2. september 2026" for "2026-09-02". */
export function day(iso) {
  return DAY.format(new Date(`${iso}T00:00:00Z`));
}

const WEEKDAY = new Intl.DateTimeFormat("da-DK", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** "onsdag den 2. september 2026" for "2026-09-02". */
export function weekday(iso) {
  return WEEKDAY.format(new Date(`${iso}T00:00:00Z`));
}

/** By what people gather for: what the gathering is called, one of those who sit together, several, all, and how they come about. */
export const WORDS = {
  forløb: {
    gathering: "Hold",
    one: "Gruppe",
    many: "grupper",
    all: "Grupperne",
    met: "været i gruppe med",
    intro: "Sparringsgrupper går på tværs af forvaltninger og niveauer, uden at nogen sidder med sin egen chef, hvor det kan lade sig gøre.",
  },
  salon: {
    gathering: "Saloner",
    one: "Salon",
    many: "saloner",
    all: "Salonerne",
    met: "siddet i salon med",
    intro:
      "En salon er fire til syv på nogenlunde samme niveau, fra hver sin enhed, og helst nogen, der har mødt hinanden mindst. Er I otte eller flere, bliver det til flere saloner, så lige store som muligt.",
  },
  netværk: {
    gathering: "Netværk",
    one: "Gruppe",
    many: "grupper",
    all: "Grupperne",
    met: "været i gruppe med",
    intro: "En gruppe i et netværk er højst tolv. Er I flere, end du skriver i »Højst«, bliver det til flere grupper på tværs af enheder og niveauer, hvor færrest muligt har mødt hinanden.",
  },
};
