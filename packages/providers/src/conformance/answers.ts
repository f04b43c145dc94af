/**
 * Rules of `observe`: any bytes are readable, a success needs its identifier, and no answer ever turns a create into a
 * blind repeat.
 */
import type { Observation, Operation, Outcome, Reading, ResponseObservation } from "@landline/core";
import { classify } from "@landline/core";
import type { ConformanceCase } from "./case.ts";
import { must, mustEqual } from "./case.ts";
import { anyObservation, chanceOf } from "./chance.ts";
import type { ConformanceSubject, OperationExample } from "./subject.ts";

/** A fixed moment, in epoch milliseconds. */
const now = 1_780_000_000_000;
const fuzzDefault = 2_000;

/** Cases for the answers of one operation. */
export function answerCases(
  subject: ConformanceSubject,
  name: string,
  example: OperationExample,
): readonly ConformanceCase[] {
  const operation = (): Operation => {
    const found = subject.create().operations[name];
    must(found !== undefined, `the provider must have the operation ${name} of the examples`);
    return found;
  };
  const read = (observation: Observation): Reading => operation().observe(observation, example.input, now);
  const judge = (observation: Observation): Outcome =>
    classify(observation, observation.type === "response" ? read(observation) : null, operation().traits, now);
  return [
    {
      name: `${name}: the documented success is accepted under its identifier`,
      run() {
        const outcome = judge(response(example.accepted.status, example.accepted.body));
        must(outcome.type === "accepted", "the example must be accepted", outcome);
        mustEqual(outcome.providerId, example.accepted.providerId, "the identifier must be the provider's");
        const broken = judge(response(500, example.accepted.body));
        must(broken.type !== "accepted", "an identifier inside a failure accepts nothing", broken);
      },
    },
    {
      name: `${name}: a success without its identifier is doubt, wherever its body was cut`,
      run() {
        const { body, providerId, status } = example.accepted;
        checkDoubt(judge(response(status, body.replaceAll(providerId, ""))), "an empty identifier");
        checkDoubt(judge(response(status, "")), "an empty body");
        checkDoubt(judge(response(status, "<html></html>")), "a page of a proxy");
        for (let length = 0; length < body.length; length += 1) {
          checkDoubt(
            judge({ ...response(status, body.slice(0, length)), complete: false }),
            `a body cut after ${length} characters`,
          );
        }
      },
    },
    {
      name: `${name}: arbitrary answers are read without an exception, the same way twice, and never end in a blind repeat`,
      run() {
        const chance = chanceOf(11);
        const one = operation();
        const real = [
          example.accepted.body,
          subject.errorBody(subject.unknownCode, "x"),
          ...[...subject.create().errors.keys()].slice(0, 20).map((code) => subject.errorBody(code, "x")),
        ];
        for (let round = 0; round < (subject.fuzz ?? fuzzDefault); round += 1) {
          const observation = anyObservation(chance, real);
          const reading = one.observe(observation, example.input, now);
          mustEqual(reading, one.observe(observation, example.input, now), "reading must depend on its arguments only");
          const outcome = classify(observation, observation.type === "response" ? reading : null, one.traits, now);
          checkOutcome(observation, reading, outcome, one);
        }
      },
    },
    {
      name: `${name}: no 5xx of a create counts as not executed unless the provider documents it`,
      run() {
        if (operation().traits.effect !== "create") return;
        const codes: readonly (string | null)[] = [null, subject.unknownCode, ...subject.create().errors.keys()];
        for (const code of codes) {
          for (const status of [500, 502, 503, 504, 520, 599]) {
            const documented = code !== null && subject.documentedNotExecuted.includes(code);
            const entry = code === null ? undefined : subject.create().errors.get(code);
            const refusal = entry !== undefined && (entry.arrives === "sync" || entry.arrives === "both");
            if (documented || (refusal && entry.status !== status)) continue;
            const outcome = judge(response(status, code === null ? "" : subject.errorBody(code, "x")));
            must(outcome.type === "ambiguous", `status ${status} with code ${code} must be doubt`, outcome);
          }
        }
      },
    },
  ];
}

function checkDoubt(outcome: Outcome, what: string): void {
  must(outcome.type === "ambiguous", `${what} in a success must be doubt`, outcome);
  must(outcome.failure.execution === "unknown", "doubt means that nobody knows", outcome);
}

function checkOutcome(observation: Observation, reading: Reading, outcome: Outcome, operation: Operation): void {
  if (outcome.type === "accepted") {
    must(
      observation.type === "response" && observation.body.includes(outcome.providerId),
      "an identifier must come from the answer",
      outcome,
    );
    must(observation.status >= 200 && observation.status <= 299, "only a success is accepted", outcome);
    return;
  }
  if (outcome.failure.execution !== "not_executed" || operation.traits.effect !== "create") return;
  const left = observation.type === "transport" ? observation.mayHaveLeft : false;
  must(!left, "a request that may have left is doubt", outcome);
  if (observation.type !== "response" || observation.status < 500 || reading.entry !== null) return;
  must(outcome.type === "rejected", "a 5xx that no code explains is not proof that nothing was done", outcome);
}

function response(status: number, body: string): ResponseObservation {
  return { type: "response", status, headers: {}, body, complete: true, at: now };
}
