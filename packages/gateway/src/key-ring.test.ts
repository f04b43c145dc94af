import { createHost, hashing } from "@landline/host";
import { expect, test } from "vitest";
import { createKeyRing } from "./key-ring.ts";

const { digest } = createHost();
const ports = { digest, equal: hashing.equal };

test("two live keys of one name, then one; a revoked key is nobody at once", () => {
  const old = { name: "app", role: "sender", digest: digest("old") } as const;
  const fresh = { name: "app", role: "sender", digest: digest("new"), accounts: ["tw"] } as const;
  const ring = createKeyRing([old, fresh], ports);
  expect(ring.find("old")?.name).toBe("app");
  expect(ring.find("new")?.accounts).toEqual(new Set(["tw"]));
  expect(ring.byDigest(digest("old"))?.name).toBe("app");
  ring.replace([fresh]);
  expect(ring.find("old")).toBeNull();
  expect(ring.byDigest(digest("old"))).toBeNull();
  expect(ring.find("new")?.name).toBe("app");
});

test("only the whole digest is a key, and only a digest is accepted as one", () => {
  const near = `${digest("key").slice(0, 63)}${digest("key").endsWith("0") ? "1" : "0"}`;
  const ring = createKeyRing([{ name: "app", role: "admin", digest: near }], ports);
  expect(ring.find("key")).toBeNull();
  expect(ring.find("")).toBeNull();
  expect(() => createKeyRing([{ name: "app", role: "admin", digest: "plain key" }], ports)).toThrow("app");
  expect(() => createKeyRing([{ name: "app", role: "admin", digest: "plain key" }], ports)).not.toThrow("plain");
});
