/** What docs/guides/add-a-provider.md quotes is what stands in these files. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

describe("the guide", () => {
  const guide = readFileSync(path.resolve(import.meta.dirname, "../../docs/guides/add-a-provider.md"), "utf8");
  const quotes = [...guide.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(
    ([, file = "", text = ""]) => [file, text] as const,
  );

  test("quotes every file", () => {
    expect(new Set(quotes.map(([file]) => file))).toEqual(
      new Set(["errors.ts", "observe.ts", "send.ts", "telnyx.ts", "telnyx.test.ts", "registration.ts"]),
    );
  });

  test.each(quotes)("quotes %s as it stands", (file, text) => {
    expect(readFileSync(path.join(import.meta.dirname, file), "utf8")).toContain(text);
  });
});
