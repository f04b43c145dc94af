/**
 * `@landline/providers/conformance`: the contract of a provider, as cases that any test runner can run.
 *
 * ```ts
 * for (const { name, run } of providerConformance(subject)) test(name, run);
 * ```
 * A provider that passes is total, deterministic, honest about doubt and silent about secrets. Whether it reads its
 * company's pages rightly is for its own tests to show.
 */
import { accountCases } from "./account.ts";
import { answerCases } from "./answers.ts";
import type { ConformanceCase } from "./case.ts";
import { doubtCases } from "./doubt.ts";
import { errorCases } from "./errors.ts";
import { inputCases } from "./inputs.ts";
import { requestCases } from "./requests.ts";
import type { ConformanceSubject } from "./subject.ts";

export { ConformanceError } from "./case.ts";
export type { ConformanceCase } from "./case.ts";
export type { ConformanceSubject, OperationExample } from "./subject.ts";

/** Every case for one provider. */
export function providerConformance(subject: ConformanceSubject): readonly ConformanceCase[] {
  const perOperation = [inputCases, requestCases, answerCases, doubtCases];
  return [
    ...accountCases(subject),
    ...Object.entries(subject.operations).flatMap(([name, example]) =>
      perOperation.flatMap((cases) => cases(subject, name, example)),
    ),
    ...errorCases(subject),
  ];
}
