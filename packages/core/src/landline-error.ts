/**
 * The one exception of the project, for the few public edges that throw: `callOrThrow`, and options that are not
 * allowed. Everywhere else a failure is a value.
 */
import type { Failure } from "./failure.ts";
import { failure } from "./failure.ts";

/** An exception with a {@link Failure}. Its message is the failure's; it never carries a request or credentials. */
export class LandlineError extends Error {
  override readonly name = "LandlineError";
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

/**
 * The error for an option that is not allowed, thrown at construction.
 * @param option path of the option (`backoff.base`)
 * @param problem what is wrong, with the value (unless secret) and what is allowed instead
 */
export function invalidOption(option: string, problem: string): LandlineError {
  return new LandlineError(
    failure({
      kind: "invalid_request",
      execution: "not_executed",
      remedy: "fix_request",
      responsible: "caller",
      message: `${option} ${problem}`,
      field: option,
      guidance: `Correct the option ${option}.`,
    }),
  );
}
