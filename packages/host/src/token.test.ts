import { expect, test } from "vitest";
import { randomToken } from "./token.ts";

test("a token is base64url of the asked size and does not repeat", () => {
  const tokens = Array.from({ length: 1_000 }, () => randomToken());
  for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  expect(new Set(tokens).size).toBe(1_000);
  expect(randomToken(16)).toHaveLength(22);
});
