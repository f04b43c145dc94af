/**
 * How the console behaves with 100,000 parked operations: a real gateway, store, dispatcher and browser. Prints one
 * JSON document: what was done, how long until the result was on screen, and the longest time the page was frozen.
 * `npm run measure:console`; about two minutes, most of it for handing the operations in.
 */
import type { Page } from "playwright-core";
import type { Backend } from "../packages/console/src/testing/backend.ts";
import { keys, numbers, startBackend } from "../packages/console/src/testing/backend.ts";
import { signIn, startBrowser } from "../packages/console/src/testing/browser.ts";
import { buildConsole } from "../packages/console/src/testing/world.ts";

const size = Number(process.argv[2] ?? 100_000);
const rounds = 5;

interface Measured {
  readonly name: string;
  readonly ms: readonly number[];
  readonly frozenMs: readonly number[];
}

/** Hands in `size` operations of three causes, and waits until all are parked. */
async function fill(backend: Backend): Promise<number> {
  const began = performance.now();
  const people = [numbers.invalid, numbers.landline, numbers.optedOut];
  for (let from = 0; from < size; from += 1_000)
    await backend.ask("POST", "/v1/operations/batch", {
      operations: Array.from({ length: Math.min(1_000, size - from) }, (_, offset) => ({
        account: "tw",
        operation: "messages.create",
        idempotency_key: `scale-${from + offset}`,
        reference: `order-${from + offset}`,
        class: "bulk",
        input: { To: people[(from + offset) % 3], From: "+15005550006", Body: `Your order ${from + offset} is ready.` },
      })),
    });
  for (;;) {
    const { data } = await backend.ask<{ data: readonly { count: number }[] }>("GET", "/v1/review/groups");
    const parked = data.reduce((sum, group) => sum + group.count, 0);
    process.stderr.write(`\r${parked} of ${size} parked `);
    if (parked >= size) break;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  process.stderr.write("\n");
  return performance.now() - began;
}

/** Does something and waits for its result; long tasks of the page meanwhile are its frozen time. */
async function measure(page: Page, name: string, act: () => Promise<void>): Promise<Measured> {
  const ms: number[] = [];
  const frozenMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await act();
    ms.push(Math.round(performance.now() - began));
    frozenMs.push(await page.evaluate(() => (window as unknown as { frozen: () => number }).frozen()));
  }
  return { name, ms, frozenMs };
}

buildConsole();
const backend = await startBackend(true);
const browser = await startBrowser();
try {
  const filledMs = await fill(backend);
  const page = await signIn(browser, backend, "/settings");
  await page.addInitScript(() => {
    const seen: number[] = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.push(Math.round(duration));
    }).observe({ type: "longtask", buffered: true });
    (window as unknown as { frozen: () => number }).frozen = () => Math.max(0, ...seen.splice(0));
  });
  const review = `${backend.url}/review`;
  const rows = page.locator("tbody tr[data-id]");
  const results = [
    await measure(page, "open Review, signed in, until rows are drawn", async () => {
      await page.goto(review);
      await rows.first().waitFor();
    }),
    await measure(page, "open Overview until its figures are drawn", async () => {
      await page.goto(`${backend.url}/`);
      await page.locator(".figures").waitFor();
    }),
    await measure(page, "choose a cause and see its rows", async () => {
      await page.goto(review);
      await rows.first().waitFor();
      await page.evaluate(() => (window as unknown as { frozen: () => number }).frozen());
      await page.locator(".group").last().click();
      await page.locator(".cause").waitFor();
      await page.locator('.list[aria-busy="false"] tr[data-id]').first().waitFor();
    }),
  ];
  await page.goto(review);
  await rows.first().waitFor();
  results.push(
    await measure(page, "scroll 20,000 pixels down, until rows are there", async () => {
      for (let step = 0; step < 20; step += 1) {
        await page.mouse.wheel(0, 1_000);
        await page.evaluate(async () => new Promise((resolve) => requestAnimationFrame(resolve)));
      }
      await page.waitForFunction(() =>
        [...document.querySelectorAll("tr[data-id]")].some((row) => {
          const { top } = row.getBoundingClientRect();
          return top > 0 && top < innerHeight;
        }),
      );
    }),
  );
  results.push(
    await measure(page, "walk 50 rows with j", async () => {
      for (let step = 0; step < 50; step += 1) await page.keyboard.press("j");
    }),
    await measure(page, "select all rows that are read", async () => {
      await page.keyboard.press("Escape");
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      await page.getByRole("button", { name: "All that are read" }).click();
      await page.getByText(/[\d,]{3,} selected/).waitFor();
    }),
    await measure(page, "preview bulk work on all of it", async () => {
      await page.goto(`${backend.url}/bulk/new?state=parked&action=discard`);
      await page.getByRole("textbox", { name: "Reason" }).fill("a wrong list");
      await page.getByRole("button", { name: "Preview" }).click();
      await page.getByRole("button", { name: /Discard [\d,]+ operations/ }).waitFor();
    }),
  );
  const { id: bulk } = await backend.ask<{ id: string }>("POST", "/v1/bulk", {
    action: "discard",
    query: { state: "parked", code: "21211" },
    reason: "something to watch",
    rate: 1_000,
  });
  await page.goto(review);
  await rows.first().waitFor();
  await backend.ask("POST", `/v1/bulk/${bulk}/approve`, {}, { authorization: `Bearer ${keys.second}` });
  results.push(
    await measure(page, "walk 50 rows with j while 1,000 operations a second change", async () => {
      for (let step = 0; step < 50; step += 1) await page.keyboard.press("j");
    }),
  );
  await backend.ask("POST", `/v1/bulk/${bulk}/cancel`, {});
  const heap = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
  const measured = {
    size,
    filledSeconds: Math.round(filledMs / 1_000),
    heapMegabytes: Math.round(heap / 1e6),
    results,
  };
  process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
} finally {
  await browser.close();
  await backend.close();
}
