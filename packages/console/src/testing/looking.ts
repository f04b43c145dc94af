/** Looking at much: figures that lead to what is behind them, and lists that are longer than the page. */
import { expect, test } from "vitest";
import { numbers } from "./backend.ts";
import { leave, signIn } from "./browser.ts";
import { settled } from "./settled.ts";
import type { World } from "./world.ts";

/** Declares the tests. */
export function lookingTests(world: () => World): void {
  test("the overview: its figures are true and lead to the operations behind them", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.landline, "Counted");
    await backend.until(id, "parked");
    const page = await signIn(browser, backend, "/?window=15m");
    await page.locator(".figures").waitFor();
    const read = async (): Promise<unknown> => {
      const { totals, current } = await backend.ask<{
        totals: { asked: number };
        current: { parked_open: number };
      }>("GET", `/v1/overview?from=${new Date(Date.now() - 900_000).toISOString()}`);
      return [totals.asked, current.parked_open];
    };
    const shown = async (name: string): Promise<number> => {
      const text = await page.locator(".figures > div", { hasText: name }).locator("a").textContent();
      return Number(text?.replaceAll(",", ""));
    };
    await expect.poll(async () => [await shown("Asked for"), await shown("In review now")]).toEqual(await read());
    await page.getByRole("link", { name: "invalid request" }).click();
    await page.locator(`[data-row="${id}"]`).waitFor();
    expect(new URL(page.url()).searchParams.get("kind")).toBe("invalid_request");
    await page.goBack();
    await page.locator(".figures").waitFor();
    // The chart without a mouse: the last bucket, then what was asked for in it.
    await page.getByRole("button", { name: /walk it with the arrow keys/ }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.locator("tr[data-id]").first().waitFor();
    expect(new URL(page.url()).searchParams.get("created_before")).not.toBeNull();
    await page.goto(`${backend.url}/?from=2026-01-01T00:00:00.000Z&to=2026-01-02T00:00:00.000Z`);
    await page.getByText("Quiet: nothing happened in this time.").waitFor();
    await page.getByText("7d", { exact: true }).click();
    await page.waitForURL(/window=7d/);
    await settled(page);
    expect(await leave(page)).toEqual([]);
  });

  test("a long list draws what is in view, walks on by itself, and is selected as a whole", async () => {
    const { backend, browser } = world();
    const size = 240;
    const { results } = await backend.ask<{ results: readonly { operation: { id: string } }[] }>(
      "POST",
      "/v1/operations/batch",
      {
        operations: Array.from({ length: size }, (_, index) => ({
          account: "tw",
          operation: "messages.create",
          idempotency_key: `long-${index}`,
          reference: "long",
          input: { To: numbers.landline, From: "+15005550006", Body: `Number ${index}` },
        })),
      },
    );
    await backend.until(results.at(-1)?.operation.id ?? "", "parked");
    await expect
      .poll(async () => {
        const answer = await backend.ask<{ total: number }>("POST", "/v1/bulk/preview", {
          action: "discard",
          query: { state: "parked", reference: "long" },
        });
        return answer.total;
      })
      .toBe(size);
    const page = await signIn(browser, backend, "/review?reference=long");
    await page.locator("tr[data-id]").first().waitFor();
    /** Lists that were asked for from a cursor on. */
    const walked = async (): Promise<number> =>
      page.evaluate(
        () => performance.getEntriesByType("resource").filter(({ name }) => name.includes("cursor=")).length,
      );
    for (let step = 0; step < 70; step += 1) await page.keyboard.press("j");
    await page.getByText(`${size} operations`, { exact: true }).waitFor();
    // Page by page, and not all at once: how many are read when one looks is the machine's.
    expect(await walked()).toBeGreaterThanOrEqual(1);
    const focused = async (): Promise<number> =>
      page.evaluate(() => Number(document.activeElement?.closest("tr")?.getAttribute("aria-rowindex")) - 2);
    await expect.poll(focused).toBeGreaterThanOrEqual(60);
    const before = await focused();
    // The row with the focus stays while the rest of the page is elsewhere.
    await page.evaluate(() => {
      scrollTo(0, document.body.scrollHeight);
    });
    await page.locator(`tr[aria-rowindex="${size + 1}"]`).waitFor();
    expect(await page.locator("tr[data-id]").count()).toBeLessThan(80);
    expect(await focused()).toBe(before);
    await page.keyboard.press("x");
    await page.getByRole("button", { name: "All that are read" }).click();
    await page.getByText(`${size} selected`).waitFor();
    await page.getByRole("link", { name: "Everything that matches" }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill("a wrong list");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.locator(".figure", { hasText: `${size} of ${size}` }).waitFor();
    expect(await leave(page)).toEqual([]);
  });
}
