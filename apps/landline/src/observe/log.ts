/**
 * Log lines: JSON by pino on stderr, so that stdout stays free for answers.
 *
 * What reaches a line is chosen field by field in `attempted.ts`; the redactor is the second lock, not the first.
 */
import type { Redactor } from "@landline/core";
import { maskNumbers } from "@landline/core";
import type { LogLine } from "@landline/host";
import { destination, pino } from "pino";

/** Lines for a service. Texts lose secrets and whole phone numbers on the way. */
export function createLog(redactor: Redactor, level = "info"): LogLine {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 2, sync: true }),
  );
  const clean = (value: string): string => maskNumbers(redactor.text(value));
  return (severity, event, fields = {}) => {
    const shown = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? clean(value) : value]),
    );
    logger[severity](shown, event);
  };
}
