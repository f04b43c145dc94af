/**
 * Telephone numbers, as far as they can be judged without asking anybody.
 *
 * Only what is certainly wrong is refused: a number whose length no plan of its country allows. Whether a possible
 * number is assigned changes daily and is the provider's to say; test numbers such as +1 500 555 0006 are possible and
 * pass. Uses the smallest metadata of libphonenumber, which carries lengths for every country.
 */
import { Metadata, validatePhoneNumberLength } from "libphonenumber-js/min";
import metadata from "libphonenumber-js/min/metadata";
import { writtenFault } from "./written.ts";

/**
 * Says what is wrong with a number, in a sentence without its subject (`is too short for a number in Germany`).
 * @param text what should be an E.164 number (ITU-T E.164: `+`, country calling code, at most 15 digits in all)
 * @returns null when nothing is
 */
export function numberFault(text: string): string | null {
  return writtenFault(text, (number) => (hasPossibleLength(number) ? null : lengthFault(number)));
}

/** Whether a text is a possible number in E.164. */
export function isPossibleNumber(text: string): boolean {
  return numberFault(text) === null;
}

function lengthFault(text: string): string | null {
  const place = placeOf(text);
  switch (validatePhoneNumberLength(text)) {
    case "INVALID_COUNTRY":
      return "does not start with a country calling code that exists";
    case "TOO_SHORT":
      return `is too short for a number in ${place}`;
    case "TOO_LONG":
      return `is too long for a number in ${place}`;
    case "INVALID_LENGTH":
    case "NOT_A_NUMBER":
      return `is not a possible number in ${place}`;
    default:
      return null;
  }
}

/** `Germany (+49)`, as well as it can be told from the calling code. */
function placeOf(text: string): string {
  const code = callingCodeOf(text);
  if (code === null) return "its country";
  const name = nameOfPlace(code);
  return name === null ? `country code +${code}` : `${name} (+${code})`;
}

function nameOfPlace(code: string): string | null {
  if (code === "1") return "North America";
  const country = metadata.country_calling_codes[code]?.[0];
  if (country === undefined) return null;
  try {
    return new Intl.DisplayNames("en", { type: "region" }).of(country) ?? null;
  } catch {
    return country;
  }
}

/** Calling codes are prefix-free and have one to three digits (ITU-T E.164 §6.2.1). */
function callingCodeOf(text: string): string | null {
  for (let digits = 1; digits <= 3; digits += 1) {
    const code = text.slice(1, 1 + digits);
    if (metadata.country_calling_codes[code] !== undefined) return code;
  }
  return null;
}

/** By calling code: bit n is set when a national number of n digits is possible in its main country. */
const lengthsByCode = new Map<string, number>();

/**
 * The common case at a hundredth of the cost of a full parse: the digits after the calling code have a length that
 * the plan of its main country has. False only means that the library must be asked.
 */
function hasPossibleLength(text: string): boolean {
  const code = callingCodeOf(text);
  if (code === null) return validatePhoneNumberLength(text) === undefined;
  let lengths = lengthsByCode.get(code);
  if (lengths === undefined) {
    lengths = lengthsOf(code);
    lengthsByCode.set(code, lengths);
  }
  const national = text.length - 1 - code.length;
  return (lengths & (1 << national)) !== 0 || validatePhoneNumberLength(text) === undefined;
}

function lengthsOf(code: string): number {
  const country = metadata.country_calling_codes[code]?.[0];
  if (country === undefined) return 0;
  const plans = new Metadata();
  plans.selectNumberingPlan(country);
  return (plans.numberingPlan?.possibleLengths() ?? []).reduce((bits, length) => bits | (1 << length), 0);
}
