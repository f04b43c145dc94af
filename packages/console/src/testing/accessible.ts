/** Every page, in both schemes and on a phone: no finding of axe-core, no sideways scrolling. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { numbers } from "./backend.ts";
import { leave, signIn } from "./browser.ts";
import { settled } from "./settled.ts";
import type { World } from "./world.ts";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function findings(page: Page, source: string): Promise<readonly string[]> {
  // Through the debugger: the page's own policy would refuse a script of ours.
  await page.evaluate(source);
  return page.evaluate(async (runOnly) => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const { violations } = await checker.run(document, { runOnly });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  }, tags);
}

/** Declares the tests. */
export function accessibilityTests(world: () => World): void {
  const paths = async (): Promise<readonly string[]> => {
    const { backend } = world();
    const refused = await backend.send(numbers.invalid, "Refused");
    const doubt = await backend.send(numbers.doubt, "Doubt", { guarantee: "at-most-once" });
    await Promise.all([refused, doubt].map(async (id) => backend.until(id, "parked")));
    const { id: bulk } = await backend.ask<{ id: string }>("POST", "/v1/bulk", {
      action: "retry",
      query: { state: "parked", code: "21614" },
      reason: "axe",
    });
    return [
      "/",
      "/review",
      "/review?parked_reason=doubt",
      "/operations",
      "/operations?q=nothing-begins-so",
      `/operations/${refused}`,
      `/operations/${refused}?do=fix`,
      `/operations/${refused}?do=fallback`,
      `/operations/${refused}?do=discard`,
      `/operations/${refused}?show=raw`,
      `/operations/${refused}?show=escalation`,
      `/operations/${doubt}`,
      `/operations/${doubt}?do=resolve`,
      "/bulk",
      "/bulk/new?parked_reason=rejected&action=retry",
      `/bulk/${bulk}`,
      "/accounts",
      "/settings",
      "/settings/keys",
      `/operations/${refused}?do=assign`,
      `/operations/${refused}?do=snooze`,
      `/operations/${refused}?do=comment`,
      "/no-such-page",
    ];
  };

  test("axe-core finds nothing on any page, light and dark", async () => {
    const { backend, browser } = world();
    const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    const found: string[] = [];
    const look = async (page: Page, place: string): Promise<void> => {
      // The page follows the system's colours at once, so that one reading of it serves both.
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
        await settled(page);
        found.push(...(await findings(page, source)).map((finding) => `${place}, ${colorScheme}: ${finding}`));
      }
    };
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const door = await context.newPage();
    await door.goto(backend.url);
    await door.getByLabel("API key").waitFor();
    await look(door, "sign-in");
    await context.close();
    const page = await signIn(browser, backend, "/");
    for (const path of await paths()) {
      await page.goto(`${backend.url}${path}`);
      await look(page, path);
    }
    await page.keyboard.press("/");
    await page.getByPlaceholder("Operation id, number").fill("a");
    await look(page, "the palette");
    // Out of reach: the page's own words for it, after it has asked again in vain.
    await page.route("**/v1/operations?*", async (route) => route.abort());
    await page.goto(`${backend.url}/operations`);
    await page.getByText("The gateway cannot be reached").waitFor();
    await look(page, "out of reach");
    const sender = await signIn(browser, backend, "/operations", { role: "sender" });
    await sender.getByText("No operation has been asked for yet").waitFor();
    await look(sender, "nothing yet");
    await sender.goto(`${backend.url}/settings/keys`);
    await sender.getByText("Your key does not allow this").waitFor();
    await look(sender, "not allowed");
    expect(found).toEqual([]);
    expect([...(await leave(page)), ...(await leave(sender))]).toEqual([]);
  }, 180_000);

  test("nothing scrolls sideways on a phone, and every place is in reach", async () => {
    const { backend, browser } = world();
    const page = await signIn(browser, backend, "/", { width: 360, height: 740 });
    const wide: string[] = [];
    for (const path of await paths()) {
      await page.goto(`${backend.url}${path}`);
      await settled(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) wide.push(`${path} is ${width} wide`);
    }
    expect(wide).toEqual([]);
    await page.goto(backend.url);
    await page.getByRole("button", { name: "Search or go to" }).click();
    await page.getByPlaceholder("Operation id, number").waitFor();
    await page.keyboard.press("Escape");
    for (const place of ["Review", "Operations", "Bulk", "Accounts", "Settings"])
      await expect
        .poll(async () => page.getByRole("navigation").getByRole("link", { name: place }).isVisible())
        .toBe(true);
    expect(await leave(page)).toEqual([]);
  });
}
