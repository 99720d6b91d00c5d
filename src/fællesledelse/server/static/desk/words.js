/** Days as one says them. */

const DAY = new Intl.DateTimeFormat("da-DK", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** "2. september 2026" for "2026-09-02". */
export function day(iso) {
  return DAY.format(new Date(`${iso}T00:00:00Z`));
}
