/** Rules of `describe`: equal inputs give identical bytes, and no secret is in them. */
import type { Operation, RequestContext, RequestDescription } from "@landline/core";
import type { ConformanceCase } from "./case.ts";
import { must, mustEqual } from "./case.ts";
import type { ConformanceSubject, OperationExample } from "./subject.ts";

const context: RequestContext = {
  operationId: "op_01JABCDEFGHJKMNPQRSTVWXYZ0",
  idempotencyKey: "conformance-key",
  callbackUrl: "https://landline.example.com/webhooks/account",
};

/** Cases for the requests of one operation. */
export function requestCases(
  subject: ConformanceSubject,
  name: string,
  example: OperationExample,
): readonly ConformanceCase[] {
  const describe = (input: unknown = example.input, where = context): RequestDescription => {
    const operation = operationOf(subject, name);
    const prepared = operation.prepare(input);
    must(prepared.ok, "the example must be a valid input", prepared);
    return operation.describe(prepared.input, where);
  };
  return [
    {
      name: `${name}: equal inputs give identical bytes, whatever the order of their keys and however often they were stored`,
      run() {
        const first = describe();
        mustEqual(first, describe(), "describing twice must give the same");
        mustEqual(
          first,
          describe(Object.fromEntries(Object.entries(example.input).toReversed())),
          "the order of keys must not matter",
        );
        mustEqual(
          first,
          describe(JSON.parse(JSON.stringify(example.input))),
          "a stored input must give the same bytes",
        );
        mustEqual(first, describe(Object.freeze({ ...example.input })), "describing must not change its input");
      },
    },
    {
      name: `${name}: the request is complete but for its credentials`,
      run() {
        const request = describe();
        const { baseUrl } = subject.create();
        must(
          /^https?:\/\/[^\s#]+$/.test(request.url),
          "the address must be absolute and without a fragment",
          request.url,
        );
        must(request.method !== "GET" || request.body === null, "a GET has no body");
        for (const header of Object.keys(request.headers))
          must(header === header.toLowerCase(), "header names are lower-case", header);
        must(!("authorization" in request.headers), "credentials belong to the host, not to the description");
        must(baseUrl !== "", "a provider has a base URL");
        for (const secret of subject.secrets)
          must(!JSON.stringify(request).includes(secret), "no secret may be in a description");
      },
    },
    {
      name: `${name}: what creates something carries the idempotency key, the same for every attempt`,
      run() {
        if (operationOf(subject, name).traits.effect !== "create") return;
        const doubt = operationOf(subject, name).traits.doubt;
        const carries = JSON.stringify(describe()).includes(context.idempotencyKey);
        must(carries || doubt !== "deduplicate", "who de-duplicates by key must send the key");
      },
    },
    {
      name: `${name}: a callback address that was given leads back to the operation`,
      run() {
        const none = describe(example.input, { ...context, callbackUrl: null, operationId: null });
        must(
          !JSON.stringify(none).includes("undefined") && !JSON.stringify(none).includes("[object"),
          "absent values must not be written",
          none,
        );
      },
    },
  ];
}

function operationOf(subject: ConformanceSubject, name: string): Operation {
  const operation = subject.create().operations[name];
  must(operation !== undefined, `the provider must have the operation ${name} of the examples`);
  return operation;
}
