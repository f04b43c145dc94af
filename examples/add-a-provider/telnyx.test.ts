/** The suite of every provider, run on this one. The guide in docs/guides/add-a-provider.md quotes these files. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { providerConformance } from "@landline/providers/conformance";
import { describe, expect, test } from "vitest";
import { telnyx } from "./telnyx.ts";

const id = "40385f64-5717-4562-b3fc-2c963f66afa6";

const cases = providerConformance({
  create: () => telnyx({ apiKey: "KEY-0123456789" }),
  secrets: ["KEY-0123456789"],
  operations: {
    "messages.send": {
      input: { to: "+15551234567", from: "+15005550006", text: "Hello" },
      accepted: { status: 200, body: JSON.stringify({ data: { id, to: [{ status: "queued" }] } }), providerId: id },
    },
  },
  errorBody: (code, detail) => JSON.stringify({ errors: [{ code, title: "Refused", detail }] }),
  unknownCode: "99999",
  documentedNotExecuted: [],
  messages: [{ to: "+15551234567", body: "Hello", from: "+15005550006" }],
  hashing: {
    hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
    digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
    equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
  },
});

describe("telnyx keeps the contract", () => {
  // eslint-disable-next-line vitest/expect-expect -- a case throws when a rule is broken
  test.each(cases.map(({ name, run }) => [name, run] as const))("%s", (_name, run) => {
    run();
  });
});

describe("the guide", () => {
  const guide = readFileSync(path.resolve(import.meta.dirname, "../../docs/guides/add-a-provider.md"), "utf8");
  const quotes = [...guide.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(
    ([, file = "", text = ""]) => [file, text] as const,
  );

  test("quotes every file", () => {
    expect(new Set(quotes.map(([file]) => file))).toEqual(
      new Set(["errors.ts", "observe.ts", "send.ts", "telnyx.ts", "telnyx.test.ts"]),
    );
  });

  test.each(quotes)("quotes %s as it stands", (file, text) => {
    expect(readFileSync(path.join(import.meta.dirname, file), "utf8")).toContain(text);
  });
});
