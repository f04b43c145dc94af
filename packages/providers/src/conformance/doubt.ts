/** Rules of resolving doubt: what is claimed can be done, and a question that was not answered is never an absence. */
import type { Operation } from "@landline/core";
import type { ConformanceCase } from "./case.ts";
import { must } from "./case.ts";
import { anyObservation, chanceOf } from "./chance.ts";
import type { ConformanceSubject, OperationExample } from "./subject.ts";

const now = 1_780_000_000_000;
const context = { operationId: "op_1", idempotencyKey: "conformance-key", callbackUrl: null };

/** Cases for one operation in doubt. */
export function doubtCases(
  subject: ConformanceSubject,
  name: string,
  example: OperationExample,
): readonly ConformanceCase[] {
  const operation = (): Operation => {
    const found = subject.create().operations[name];
    must(found !== undefined, `the provider must have the operation ${name} of the examples`);
    return found;
  };
  return [
    {
      name: `${name}: what is claimed about doubt can be done`,
      run() {
        const { traits, lookup } = operation();
        must((traits.doubt === "lookup") === (lookup !== null), "looking up needs a lookup, and only that", traits);
        must(
          traits.lookupSettleMs >= 0 && (traits.keyLifetimeMs === null || traits.keyLifetimeMs > 0),
          "times are positive",
          traits,
        );
        if (lookup !== null)
          must(lookup.describe(example.input, context).method === "GET", "a look must change nothing");
      },
    },
    {
      name: `${name}: a look that was not answered is a failure, never an absence`,
      run() {
        const { lookup } = operation();
        if (lookup === null) return;
        const chance = chanceOf(13);
        for (let round = 0; round < 500; round += 1) {
          const observation = anyObservation(chance, [example.accepted.body]);
          const reading = lookup.read(observation, example.input, now);
          const answered = observation.type === "response" && observation.status >= 200 && observation.status <= 299;
          must(answered || !reading.ok, "only a success answers a look", { observation, reading });
          if (!reading.ok) must(reading.outcome.type !== "accepted", "a failed look accepts nothing");
        }
        const blind = lookup.read(
          { type: "response", status: 200, headers: {}, body: "{}", complete: true, at: now },
          example.input,
          now,
        );
        must(!blind.ok, "an answer without a list is not an empty list", blind);
      },
    },
    {
      name: `${name}: polling reads anything and believes only what names its identifier`,
      run() {
        const { poll } = operation();
        if (poll === null) return;
        must(poll.describe(example.accepted.providerId).method === "GET", "polling must change nothing");
        const chance = chanceOf(17);
        for (let round = 0; round < 500; round += 1) {
          const observation = anyObservation(chance, [example.accepted.body]);
          const event = poll.read(observation, now);
          must(
            event === null || (event.providerId !== null && event.status !== "" && event.dedupeKey !== ""),
            "a receipt must say of what it is",
            event,
          );
        }
      },
    },
  ];
}
