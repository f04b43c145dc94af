/** Instants on the wire: RFC 3339, UTC out, any offset in. In code: epoch milliseconds. */

const form =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads an instant.
 * @returns epoch milliseconds (fractions beyond a millisecond are dropped), or null when it is not one (30 February too)
 */
export function parseInstant(text: unknown): number | null {
  if (typeof text !== "string") return null;
  const match = form.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const ms = Date.parse(text.toUpperCase());
  return Number.isNaN(ms) ? null : ms;
}

/** Writes an instant; null stays null, and what no calendar can show is clamped. */
export function instant(ms: number): string;
export function instant(ms: number | null): string | null;
export function instant(ms: number | null): string | null {
  if (ms === null) return null;
  const whole = Math.max(-8.64e15, Math.min(8.64e15, Math.trunc(ms)));
  const second = Math.floor(whole / 1000);
  return `${secondText(second)}${String(whole - second * 1000).padStart(3, "0")}Z`;
}

/** Seconds whose text is kept: those of now and of the usual deadlines come thousands of times. */
const secondsMax = 64;
const seconds = new Map<number, string>();

/** A second's text up to its decimal point. */
function secondText(second: number): string {
  let text = seconds.get(second);
  if (text === undefined) {
    text = new Date(second * 1000).toISOString().slice(0, -4);
    if (seconds.size >= secondsMax) seconds.clear();
    seconds.set(second, text);
  }
  return text;
}
