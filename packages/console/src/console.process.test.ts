/** The console in a real browser, before a real gateway with its store and dispatcher and a sandbox provider. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityTests } from "./testing/accessible.ts";
import { deskTests } from "./testing/desk.ts";
import { hostileTests } from "./testing/hostile.ts";
import { lookingTests } from "./testing/looking.ts";
import { safetyTests } from "./testing/safety.ts";
import { verbTests } from "./testing/verbs.ts";
import { buildConsole, builtFiles, scriptBytes, startWorld } from "./testing/world.ts";
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
  test("scripts, gzipped: 160 kB to sign in, 200 kB to any page opened first", async () => {
    const { door, pages } = await scriptBytes();
    expect(door).toBeGreaterThan(10_000);
    expect(door).toBeLessThanOrEqual(160_000);
    expect(pages.size).toBeGreaterThan(8);
    expect([...pages].filter(([, bytes]) => bytes > 200_000)).toEqual([]);
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
describe("looking", () => {
  lookingTests(present);
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
