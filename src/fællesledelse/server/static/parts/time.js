/** Times as one says them, and the clock that all pages of a group share. */

export function minutes(count) {
  return count === 1 ? "1 minut" : `${count} minutter`;
}

/** 166 is "2 timer og 46 minutter". */
export function hours(count) {
  const whole = Math.floor(count / 60);
  const rest = count % 60;
  const said = whole === 1 ? "1 time" : `${whole} timer`;
  if (!whole) return minutes(rest);
  return rest ? `${said} og ${minutes(rest)}` : said;
}

/** What is left, in seconds, as a clock shows it: "7:05". Never below zero. */
export function clock(left) {
  const whole = Math.max(0, Math.ceil(left));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** How late it is, in words that hurry nobody; "" while there is time left. */
export function over(left) {
  if (left > 0) return "";
  const late = Math.floor(-left / 60);
  return late < 1 ? "Tiden er gået" : `${minutes(late)} over`;
}

/**
 * Counts down as the server does, whatever this device's own clock says. `take` what the server answered, with the
 * moments (of Date.now()) between which it must have said so.
 */
export class Countdown {
  #ends = null;
  #left = 0;

  take({ ends_at: ends, now, left }, asked, answered) {
    const ahead = Date.parse(now) - (asked + answered) / 2;
    this.#ends = ends === null ? null : Date.parse(ends) - ahead;
    this.#left = left;
  }

  /** Seconds. */
  get left() {
    return this.#ends === null ? this.#left : (this.#ends - Date.now()) / 1000;
  }
}
