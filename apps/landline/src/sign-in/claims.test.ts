import { expect, test } from "vitest";
import { claimOf, personOf, rightsOf } from "./claims.ts";

const config = { issuer: "https://login.example", nameClaim: "email", roleClaim: "groups" };
const ada = { sub: "1", email: "ada@example.com", groups: ["staff", "admins"] };

test("a claim is found by its whole name first, by its path second, and never in what every object has", () => {
  const claims = { "https://example.com/groups": ["a"], realm_access: { roles: ["b"] }, "x.y": 1, x: { y: 2 } };
  expect(claimOf(claims, "https://example.com/groups")).toEqual(["a"]);
  expect(claimOf(claims, "realm_access.roles")).toEqual(["b"]);
  expect(claimOf(claims, "x.y")).toBe(1);
  expect(claimOf(claims, "realm_access.roles.length.no")).toBeUndefined();
  for (const name of ["constructor", "__proto__", "realm_access.constructor.name", ""])
    expect([name, claimOf(claims, name)]).toEqual([name, undefined]);
});

test("whom the token does not name is nobody; whom it names badly is called by the subject", () => {
  expect(personOf(ada, config)).toEqual({
    issuer: config.issuer,
    subject: "1",
    name: "ada@example.com",
    groups: ["staff", "admins"],
  });
  for (const sub of [undefined, "", 7]) expect(personOf({ ...ada, sub }, config)).toBeNull();
  for (const email of [undefined, "", "  ", 7, ["a@b.c"], "x".repeat(201)])
    expect(personOf({ ...ada, email }, config)?.name).toBe("1");
  expect(personOf({ ...ada, email_verified: false }, config)?.name).toBe("1");
  expect(personOf({ ...ada, email: "a\nda\u202E@x" }, config)?.name).toBe("ada@x");
});

test("groups may be one text or a list; what is neither gives none", () => {
  const groupsOf = (groups: unknown) => personOf({ ...ada, groups }, config)?.groups;
  expect(groupsOf("admins")).toEqual(["admins"]);
  expect(groupsOf(["a", 1, null, { b: 1 }, "c"])).toEqual(["a", "c"]);
  for (const nothing of [undefined, null, 1, { admins: true }]) expect(groupsOf(nothing)).toEqual([]);
});

test("the first rule that fits counts, by the whole value; without one there is no right", () => {
  const rules = [
    { value: "staff", role: "viewer", accounts: ["tw"] },
    { value: "admins", role: "admin", accounts: null },
  ] as const;
  const person = { issuer: "", subject: "1", name: "ada" };
  expect(rightsOf({ ...person, groups: ["admins", "staff"] }, rules)).toEqual({ role: "viewer", accounts: ["tw"] });
  expect(rightsOf({ ...person, groups: ["admins"] }, rules)).toEqual({ role: "admin", accounts: null });
  expect(rightsOf({ ...person, groups: ["Admins", "admin", "admins "] }, rules)).toBeNull();
  expect(rightsOf({ ...person, groups: [] }, rules)).toBeNull();
});
