/** A standby that is promoted between the question where it stands and the statement that relies on the answer. */
import { expect, test } from "vitest";
import { Home } from "./home.ts";

test("what is asked of a standby begins nothing on the timeline it opens a moment later", async () => {
  // A standby names no timeline, and "" would hold on every one.
  const home = new Home({ rows: async (sql) => (sql.includes("pg_control_system") ? [["7", ""]] : []) }, "may-lose");
  expect(await home.moved()).toBeNull();
  const expected = await home.timeline();
  expect(expected).not.toBe("");
  expect(expected).not.toMatch(/^[0-9A-F]{8}$/);
});

test("a server that keeps its place to itself is believed", async () => {
  const home = new Home({ rows: async () => [] }, "may-lose");
  expect(await home.timeline()).toBe("");
});
