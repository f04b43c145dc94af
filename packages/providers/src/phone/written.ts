/**
 * How a telephone number is written (ITU-T E.164: `+`, country calling code, at most 15 digits in all), without knowing
 * any country's plan. What a plan says about lengths is asked of whoever knows it.
 */

const e164 = /^\+[1-9]\d{1,14}$/;

/**
 * Says what is wrong with how a number is written, in a sentence without its subject.
 * @param lengthFault what is wrong with the length of a number in E.164, or null
 * @returns null when nothing is
 */
export function writtenFault(text: string, lengthFault: (number: string) => string | null): string | null {
  if (e164.test(text)) return lengthFault(text);
  const digits = text.replaceAll(/\D/g, "");
  if (digits === "")
    return "is not a telephone number; write it as +, country code and number (E.164), such as +14155550100";
  if (!text.trim().startsWith("+")) return missingPlusFault(text, `+${digits}`, lengthFault);
  if (/^\+[\d\s().\-/]+$/.test(text.trim())) {
    return "must be written in E.164, without spaces and punctuation";
  }
  return "contains characters that no telephone number has; write it as +, country code and number (E.164)";
}

/** Numbers stay out of messages: these reach logs. */
function missingPlusFault(text: string, plain: string, lengthFault: (number: string) => string | null): string | null {
  if (text.trim().startsWith("00")) return "must start with + instead of 00";
  const complete = e164.test(plain) && lengthFault(plain) === null;
  return complete
    ? "lacks the leading +, provided that it starts with the country code"
    : "lacks the leading + and the country code; write it in E.164, such as +14155550100";
}
