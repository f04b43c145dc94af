/** Twilio's ways to write an instant: RFC 2822 (2010 API, GMT) and ISO 8601 (newer APIs). */

const rfc2822 = /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (GMT|UTC|[+-]\d{4})$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Epoch milliseconds, or null for anything that is not an instant. */
export function instantOf(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const match = rfc2822.exec(value.trim());
  if (match === null) return isoInstantOf(value);
  const month = months.indexOf(match[2] ?? "");
  if (month < 0) return null;
  const zone = match[7] ?? "GMT";
  const offsetMinutes = /^[+-]/.test(zone)
    ? Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)))
    : 0;
  const at = Date.UTC(Number(match[3]), month, Number(match[1]), Number(match[4]), Number(match[5]), Number(match[6]));
  return at - offsetMinutes * 60_000;
}

function isoInstantOf(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
