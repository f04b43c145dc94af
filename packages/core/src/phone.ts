/**
 * Hiding telephone numbers where people read: logs, alerts, error pages. A masked number still says which country it
 * is in and ends in two digits, so that two reports about one recipient can be told to belong together.
 *
 * This is not validation and not parsing: providers do that with a maintained library.
 */

/** ITU-T E.164 country codes of one and two digits; all others have three. */
const shortCodes = new Set(
  "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(
    " ",
  ),
);

const numbers = /(?:\+|%2B)[1-9](?:[ ().-]{0,2}\d){6,30}/gi;

/**
 * Masks one number or channel address: `+15551234567` becomes `+1********67`, `whatsapp:` and the like are kept.
 * @returns a text of stars with the country code and the last two digits, never more than that of any input
 */
export function maskPhone(address: string): string {
  const channel = /^[a-z]{1,20}:/i.exec(address)?.[0] ?? "";
  const rest = address.slice(channel.length);
  const international = /^(?:\+|%2B)/i.exec(rest)?.[0] ?? "";
  const digits = rest.slice(international.length).replace(/\D/g, "");
  if (digits.length < 7) return `${channel}${"*".repeat(Math.min(rest.length, 16))}`;
  const code = international === "" ? "" : countryCode(digits);
  const stars = "*".repeat(Math.min(digits.length - code.length - 2, 28));
  return `${channel}${code === "" ? "" : `+${code}`}${stars}${digits.slice(-2)}`;
}

/** Masks every E.164-like number in free text (with `+` or `%2B`; spaces, dots, hyphens and brackets allowed inside). */
export function maskNumbers(text: string): string {
  return text.replace(numbers, (found) => maskPhone(found));
}

function countryCode(digits: string): string {
  for (const length of [1, 2]) {
    const code = digits.slice(0, length);
    if (shortCodes.has(code)) return code;
  }
  return digits.slice(0, 3);
}
