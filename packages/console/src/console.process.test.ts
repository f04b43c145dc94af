/** The console in a real browser, before a real gateway with its store and dispatcher and a sandbox provider. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityTests } from "./testing/accessible.ts";
import { deskTests } from "./testing/desk.ts";
import { hostileTests } from "./testing/hostile.ts";
import { safetyTests } from "./testing/safety.ts";
import { verbTests } from "./testing/verbs.ts";
import { buildConsole, builtFiles, initialScriptBytes, startWorld } from "./testing/world.ts";
import type { World } from "./testing/world.ts";

let world: World | null = null;

beforeAll(async () => {
  buildConsole();
  world = await startWorld();
});

afterAll(async () => {
  await world?.close();
});

function present(): World {
  if (world === null) throw new Error("nothing has been started");
  return world;
}

describe("what is shipped", () => {
  test("the first page needs at most 250 kB of gzipped scripts", async () => {
    const bytes = await initialScriptBytes();
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(250_000);
  });

  test("no inline script, nothing from another origin", async () => {
    const files = await builtFiles();
    const page = files.get("index.html") ?? "";
    expect(page).toContain("<script");
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const sheets = [...files].filter(([name]) => name.endsWith(".css"));
    expect(sheets.length).toBeGreaterThan(0);
    expect(sheets.filter(([, text]) => /url\(["']?(?:https?:)?\/\//.test(text)).map(([name]) => name)).toEqual([]);
  });
});

describe("verbs", () => {
  verbTests(present);
});
describe("together", () => {
  deskTests(present);
});
describe("safety", () => {
  safetyTests(present);
});
describe("hostile words", () => {
  hostileTests(present);
});
describe("accessibility", () => {
  accessibilityTests(present);
});
