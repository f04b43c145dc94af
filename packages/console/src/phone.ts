/**
 * Is this a number that can be sent to? Shape at once; whether the country has such numbers as soon as the rules are
 * loaded (they are large, so they come when the first editor opens).
 */
import type { isPossiblePhoneNumber as IsPossible } from "libphonenumber-js/min";

let isPossible: typeof IsPossible | null = null;

/** Fetches the rules of all countries. */
export async function loadPhoneRules(): Promise<void> {
  isPossible ??= (await import("libphonenumber-js/min")).isPossiblePhoneNumber;
}

/** Why a number cannot be right, or null. Accepts a channel before it (`whatsapp:+1…`). */
export function phoneProblem(value: string): string | null {
  const number = value.replace(/^[a-z]+:/i, "");
  if (number === "") return "A number is needed.";
  if (/[\s().-]/.test(number)) return "Without spaces and punctuation, such as +14155550100.";
  if (!number.startsWith("+")) return "It starts with + and the country code, such as +14155550100.";
  if (!/^\+\d+$/.test(number)) return "Only + and digits.";
  if (!/^\+[1-9]\d{6,14}$/.test(number)) return "A number has 7 to 15 digits after the +.";
  if (isPossible !== null && !isPossible(number)) return "No country has numbers of this length.";
  return null;
}
