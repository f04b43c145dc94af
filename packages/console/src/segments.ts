/**
 * How many parts a text message becomes (3GPP TS 23.038). One character outside of GSM-7 turns the whole message into
 * UCS-2 and more than halves what fits, which people want to know before they send.
 */

const basic = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const extended = new Set("\f^{}\\[~]|€");

/** What a text costs on the air. */
export interface Segments {
  readonly encoding: "GSM-7" | "UCS-2";
  /** Units used: septets, or 16-bit units. */
  readonly units: number;
  readonly segments: number;
  /** Units left in the last segment. */
  readonly left: number;
  /** The characters that force UCS-2, each once, in order. */
  readonly culprits: readonly string[];
}

/** Counts. */
export function countSegments(text: string): Segments {
  const culprits = [
    ...new Set(Array.from(text).filter((character) => !basic.has(character) && !extended.has(character))),
  ];
  const gsm = culprits.length === 0;
  const costs = Array.from(text, (character) => (gsm ? (extended.has(character) ? 2 : 1) : character.length));
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  const [single, part] = gsm ? [160, 153] : [70, 67];
  if (units <= single)
    return { encoding: gsm ? "GSM-7" : "UCS-2", units, segments: units === 0 ? 0 : 1, left: single - units, culprits };
  // An extended character or a surrogate pair is never split between two parts.
  let segments = 1;
  let used = 0;
  for (const cost of costs) {
    if (used + cost > part) {
      segments += 1;
      used = 0;
    }
    used += cost;
  }
  return { encoding: gsm ? "GSM-7" : "UCS-2", units, segments, left: part - used, culprits };
}
