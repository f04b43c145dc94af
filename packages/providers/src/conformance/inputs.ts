/** Rules of `prepare`: total, complete, and of one mind with itself. */
import type { Failure, Operation, Prepared } from "@landline/core";
import type { ConformanceCase } from "./case.ts";
import { must, mustBeGuidance, mustEqual } from "./case.ts";
import { chanceOf, anyText, anyValue } from "./chance.ts";
import type { ConformanceSubject, OperationExample } from "./subject.ts";

/** Cases for the inputs of one operation. */
export function inputCases(
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
      name: `${name}: the example is accepted, and what was completed is accepted again unchanged`,
      run() {
        const first = operation().prepare(example.input);
        must(first.ok, "the example must be a valid input", first);
        const again = operation().prepare(first.input);
        must(again.ok, "a completed input must be valid");
        mustEqual(first.input, again.input, "completing a complete input must change nothing");
      },
    },
    {
      name: `${name}: an unknown field is refused by name`,
      run() {
        const refused = operation().prepare({ ...example.input, noSuchField: "x" });
        must(!refused.ok, "an unknown field must be refused, not ignored");
        must(
          refused.all.some((each) => each.field === "noSuchField"),
          "the failure must name the field",
          refused.all,
        );
        checkRefusal(refused);
      },
    },
    {
      name: `${name}: nothing that is given as an input makes it throw, and its own copy stays untouched`,
      run() {
        const chance = chanceOf(7);
        const prepare = operation().prepare.bind(operation());
        for (const junk of [undefined, null, 1, "x", [], true, new Map(), Object.create(null)])
          checkPrepared(prepare(junk));
        for (let round = 0; round < 500; round += 1) {
          const input = Object.freeze(bent(example.input, chance));
          checkPrepared(prepare(input));
        }
      },
    },
    {
      name: `${name}: who it is for and by whom can be told of any valid input`,
      run() {
        const prepared = operation().prepare(example.input);
        must(prepared.ok, "the example must be a valid input");
        for (const ask of ["recipient", "sender", "subject"] as const) {
          const answer = operation()[ask](prepared.input);
          must(
            answer === null || (typeof answer === "string" && answer !== ""),
            `${ask} must be a text or null`,
            answer,
          );
        }
        const { traits } = operation();
        must(
          !traits.ordered || operation().subject(prepared.input) !== null,
          "an ordered operation must name its subject",
        );
      },
    },
  ];
}

function bent(input: Readonly<Record<string, unknown>>, chance: () => number): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...input };
  for (const field of Object.keys(copy)) {
    if (chance() < 0.4) copy[field] = anyValue(chance);
    if (chance() < 0.1) delete copy[field];
  }
  if (chance() < 0.2) copy[anyText(chance)] = anyValue(chance);
  return copy;
}

function checkPrepared(prepared: Prepared<unknown>): void {
  if (!prepared.ok) checkRefusal(prepared);
}

function checkRefusal(refused: Extract<Prepared<unknown>, { ok: false }>): void {
  must(refused.all.length > 0, "a refusal must have a failure");
  mustEqual(refused.failure, refused.all[0], "the first of all failures must be the failure");
  for (const each of refused.all) checkDefect(each);
}

function checkDefect(each: Failure): void {
  must(
    each.kind === "invalid_request" && each.category === "A",
    "a defect found before sending is invalid_request, category A",
    each,
  );
  must(each.execution === "not_executed", "nothing was sent", each);
  must(each.status === null && each.requestId === null, "no answer can have been seen", each);
  must(each.message !== "", "a defect must say what is wrong");
  must(each.docs?.startsWith("https://") === true, "a defect must link to its rule", each);
  mustBeGuidance(each.guidance, "the guidance of a defect");
}
