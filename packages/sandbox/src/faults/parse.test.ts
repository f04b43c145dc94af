import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parseFaults } from "./parse.ts";

test("the contract's own example is fine, as a document and as a list", () => {
  const rule = {
    when: { operation: "messages.create", nth: [1, 2], share: 0.1, to: "+1555*" },
    do: { status: 503, code: 20503, headers: {}, body: "x", delay: "2s", reset: "after-accept", truncate: 40 },
  };
  const limiter = { do: { rate_limit: { per_second: 50, retry_after: true } } };
  expect(parseFaults({ rules: [rule, limiter, { do: { hang: true } }, { do: { html: true } }] })).toMatchObject({
    ok: true,
  });
  expect(parseFaults([rule])).toEqual({ ok: true, document: { rules: [rule] } });
});

test.each([
  [[{ do: { delay: "soon" } }], "rules[0].do.delay"],
  [[{ do: { status: 99 } }], "rules[0].do.status"],
  [[{ do: {} }], "rules[0].do"],
  [[{ when: {} }], "rules[0].do"],
  [[{ do: { hang: true } }, { do: { reset: "never" } }], "rules[1].do.reset"],
  [[{ when: { share: 1.5 }, do: { hang: true } }], "rules[0].when.share"],
  [[{ when: { nth: 0 }, do: { hang: true } }], "rules[0].when.nth"],
  [[{ when: { between: ["2s", "1s"] }, do: { hang: true } }], "rules[0].when.between"],
  [[{ when: { opration: "x" }, do: { hang: true } }], "rules[0].when.opration"],
  [[{ do: { rate_limit: {} } }], "rules[0].do.rate_limit"],
  [[{ do: { code: 20503 } }], "rules[0].do"],
  [[{ do: { hang: true, reset: "after-accept" } }], "rules[0].do"],
  [[{ do: { reset: "before-accept", accept: true } }], "rules[0].do"],
  [[{ do: { html: true, body: "x" } }], "rules[0].do"],
  [[{ do: { status: 500, headers: { a: "b\r\nc" } } }], "rules[0].do.headers"],
  [[{ do: { truncate: { how: "length" } } }], "rules[0].do.truncate.bytes"],
  [[{ do: { callbacks: { duplicate: 0 } } }], "rules[0].do.callbacks.duplicate"],
  [{}, "rules"],
  [{ rules: [], recipients: { opted_out: "x" } }, "recipients.opted_out"],
  [{ rules: [], list_delay: -1 }, "list_delay"],
  [{ rules: [], constructor: 1 }, "constructor"],
  ["nonsense", ""],
])("%j is refused at %s", (value, field) => {
  const parsed = parseFaults(value);
  expect(parsed.ok ? [] : parsed.defects.map((each) => each.field)).toEqual([field]);
});

test("all defects are named at once", () => {
  const parsed = parseFaults([{ when: { nth: -1 }, do: { status: 1, delay: "x" } }, 7]);
  expect(parsed.ok ? [] : parsed.defects.map(({ field }) => field)).toEqual([
    "rules[0].when.nth",
    "rules[0].do.status",
    "rules[0].do.delay",
    "rules[1]",
  ]);
});

test("the guide's document is fine", () => {
  const guide = readFileSync(path.resolve(import.meta.dirname, "../../../../docs/guides/sandbox.md"), "utf8");
  const example = /```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
  expect(parseFaults(JSON.parse(example))).toMatchObject({ ok: true });
});
