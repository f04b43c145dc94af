import { expect, test } from "vitest";
import { failure } from "./failure.ts";
import { LandlineError, invalidOption } from "./landline-error.ts";

test("carries its failure and says what it says", () => {
  const reason = failure({
    kind: "quota",
    execution: "not_executed",
    remedy: "wait",
    responsible: "operator",
    message: "no credit",
  });
  const error = new LandlineError(reason);
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe("LandlineError");
  expect(error.message).toBe("no credit");
  expect(error.failure).toBe(reason);
});

test("a refused option names itself", () => {
  const { failure: reason, message } = invalidOption("attemptsMax", "must be a whole number from 1 to 1000, not 0");
  expect(message).toBe("attemptsMax must be a whole number from 1 to 1000, not 0");
  expect(reason).toMatchObject({
    kind: "invalid_request",
    category: "A",
    execution: "not_executed",
    remedy: "fix_request",
    responsible: "caller",
    field: "attemptsMax",
    guidance: "Correct the option attemptsMax.",
  });
});
