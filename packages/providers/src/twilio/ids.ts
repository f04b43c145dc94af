import { matching } from "../input/forms.ts";
/** The forms of Twilio's identifiers: two letters and 32 hexadecimal digits. */
import type { FieldRule } from "../input/rules.ts";

/** A message: `SM…` or, with media, `MM…`. */
export const messageSid = /^(SM|MM)[0-9a-fA-F]{32}$/;

/** A call. */
export const callSid = /^CA[0-9a-fA-F]{32}$/;

/** A verification. */
export const verificationSid = /^VE[0-9a-fA-F]{32}$/;

/** A Messaging Service. */
export const messagingServiceSid = /^MG[0-9a-fA-F]{32}$/;

/** The rule of a field that holds an identifier with one of the prefixes (`SM|MM`). */
export function sidRule(prefixes: string): FieldRule {
  return {
    type: "text",
    form: matching(
      new RegExp(`^(${prefixes})[0-9a-fA-F]{32}$`),
      `${prefixes.replace("|", " or ")} and 32 hexadecimal digits`,
    ),
  };
}
