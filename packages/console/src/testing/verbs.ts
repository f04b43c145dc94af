/** Every verb, as a person uses it, checked against what the gateway says afterwards. */
import { expect, test } from "vitest";
import { numbers } from "./backend.ts";
import { leave, signIn } from "./browser.ts";
import type { World } from "./world.ts";

/** Declares the tests. */
export function verbTests(world: () => World): void {
  test("fix and retry with the keyboard alone, from the list to the corrected message", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.invalid, "Your table is booked", { reference: "by-keyboard" });
    await backend.until(id, "parked");
    const page = await signIn(browser, backend, "/review?code=21211");
    const { keyboard } = page;
    await page.locator(`[data-row="${id}"]`).waitFor();
    for (let steps = 0; steps < 60; steps += 1) {
      await keyboard.press("j");
      if ((await page.locator(`[data-row="${id}"]:focus`).count()) === 1) break;
    }
    await keyboard.press("e");
    await page.getByRole("textbox", { name: "Reason" }).waitFor();
    await expect.poll(async () => page.locator("textarea:focus").count()).toBe(1);
    await keyboard.type("one digit was wrong");
    await keyboard.press("Enter");
    const to = page.getByRole("textbox", { name: "To", exact: true });
    await to.waitFor();
    for (let steps = 0; steps < 30 && (await to.evaluate((each) => document.activeElement !== each)); steps += 1)
      await keyboard.press("Tab");
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type("4155550100");
    await page.getByText("It starts with +").waitFor();
    await keyboard.press("Home");
    await keyboard.type("+1");
    await expect.poll(async () => page.getByText("It starts with +").count()).toBe(0);
    await expect.poll(async () => page.locator(".diff ins").allTextContents()).toContain("+14155550100");
    await keyboard.press("Enter");
    await page.getByText("The correction is on its way").waitFor();
    const parent = await backend.until(id, "superseded");
    const child = await backend.until(parent.child_ids[0] ?? "", "accepted", "delivered");
    expect(child.input["To"]).toBe("+14155550100");
    expect(parent.input["To"]).toBe(numbers.invalid);
    expect(parent.history.at(-1)).toMatchObject({ actor: "ada" });
    // The focus is in the page, not lost with the row.
    await expect.poll(async () => page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
    expect(await leave(page)).toEqual([]);
  });

  test("retry goes back to the queue, as the person whose key it is, for the reason given", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.landline, "Again, please");
    const before = await backend.until(id, "parked");
    const page = await signIn(browser, backend, `/operations/${id}`, { role: "operator" });
    await page.getByRole("button", { name: /^Retry/ }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill("the carrier moved it");
    await page.getByRole("dialog").getByRole("button", { name: "Retry" }).click();
    await page.getByText("It waits for its next attempt").waitFor();
    await expect
      .poll(async () => (await backend.until(id, "parked")).version, { timeout: 10_000 })
      .toBeGreaterThan(before.version);
    const after = await backend.until(id, "parked");
    expect(after.history.some(({ actor, because }) => actor === "support" && because === "the carrier moved it")).toBe(
      true,
    );
    // The page heard of the second refusal by itself.
    await page.getByText("Attempt 2: refused").waitFor();
    expect(await leave(page)).toEqual([]);
  });

  test("another channel: an account that exists", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.landline, "Another way");
    await backend.until(id, "parked");
    const page = await signIn(browser, backend, `/operations/${id}?do=fallback`);
    await page.getByLabel("Account").selectOption("backup");
    await page.getByRole("textbox", { name: "Reason" }).fill("the other sender reaches landlines");
    await page.keyboard.press("Enter");
    await page.getByText("It goes another way").waitFor();
    const parent = await backend.until(id, "superseded");
    const child = await backend.ask<{ account: string; parent_id: string }>(
      "GET",
      `/v1/operations/${parent.child_ids[0]}`,
    );
    expect(child).toMatchObject({ account: "backup", parent_id: id });
    expect(await leave(page)).toEqual([]);
  });

  test("discard ends it; an opted-out person is offered nothing else", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.optedOut, "Never");
    await backend.until(id, "parked");
    const page = await signIn(browser, backend, `/operations/${id}`);
    await page.getByText("Nothing was sent: this person has opted out.").waitFor();
    expect(await page.getByRole("button", { name: /^Retry/ }).getAttribute("aria-disabled")).toBe("true");
    await page.keyboard.press("d");
    await page.getByRole("textbox", { name: "Reason" }).fill("opted out");
    await page.keyboard.press("Enter");
    await backend.until(id, "discarded");
    await page.getByText("Given up on purpose.").waitFor();
    expect(await leave(page)).toEqual([]);
  });

  test("doubt: ask the provider, mark as sent with evidence, send anyway with the risk spelled out", async () => {
    const { backend, browser } = world();
    const more = { guarantee: "at-most-once" };
    const [asked, sent, anyway] = await Promise.all([
      backend.send(numbers.doubt, "Doubt one", more),
      backend.send(numbers.doubt, "Doubt two", more),
      backend.send(numbers.doubt, "Doubt three", more),
    ]);
    await Promise.all([asked, sent, anyway].map(async (id) => backend.until(id, "parked")));
    const page = await signIn(browser, backend, `/operations/${sent}`);
    await page.getByText("It may have been sent. Nobody knows yet").waitFor();
    await page.keyboard.press("s");
    await page.getByRole("radio", { name: "It was sent" }).check();
    await page.getByRole("textbox", { name: "Evidence" }).fill("SM123 in the provider's log");
    await page.getByRole("button", { name: "Mark as sent" }).click();
    await backend.until(sent, "accepted");

    await page.goto(`${backend.url}/operations/${anyway}?do=resolve`);
    await page.getByRole("radio", { name: /send it anyway/ }).check();
    await page.getByText("may already have this message").waitFor();
    await page.getByRole("button", { name: "Send anyway" }).click();
    await page.getByText("The doubt is settled").waitFor();
    const again = await backend.until(anyway, "parked", "queued", "sending", "reconciling");
    expect(again.history.some(({ actor }) => actor === "ada")).toBe(true);

    await page.goto(`${backend.url}/operations/${asked}`);
    await page.getByRole("button", { name: /^Ask the provider/ }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill("support asked");
    await page.keyboard.press("Enter");
    await page.getByText("The provider is being asked").waitFor();
    expect(await leave(page)).toEqual([]);
  });

  test("cancel what has not left", async () => {
    const { backend, browser } = world();
    const later = new Date(Date.now() + 600_000).toISOString();
    const id = await backend.send(numbers.fine, "Not yet", { not_before: later });
    const page = await signIn(browser, backend, `/operations/${id}`);
    await page.getByRole("button", { name: /^Cancel/ }).waitFor();
    await page.keyboard.press("c");
    await page.getByRole("textbox", { name: "Reason" }).fill("changed my mind");
    await page.keyboard.press("Enter");
    expect((await backend.until(id, "cancelled")).history.at(-1)).toMatchObject({ actor: "ada" });
    expect(await leave(page)).toEqual([]);
  });

  test("many at once: preview with the exact count, run, result of each, CSV", async () => {
    const { backend, browser } = world();
    const ids = await Promise.all(
      [1, 2, 3].map(async (each) => backend.send(numbers.invalid, `Many ${each}`, { reference: "many" })),
    );
    await Promise.all(ids.map(async (id) => backend.until(id, "parked")));
    const page = await signIn(browser, backend, "/bulk/new?reference=many&action=discard");
    await page.getByRole("textbox", { name: "Reason" }).fill("a wrong list");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByRole("button", { name: "Discard 3 operations" }).click();
    await page.waitForURL(/\/bulk\/bulk_/);
    await Promise.all(ids.map(async (id) => backend.until(id, "discarded")));
    await page.getByText("3 done", { exact: false }).waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().trim().split("\r\n");
    expect(lines).toHaveLength(4);
    for (const id of ids) expect(lines.some((line) => line.includes(`,${id},done,`))).toBe(true);
    expect(await leave(page)).toEqual([]);
  });

  test("selected rows: x, x, and one decision for both", async () => {
    const { backend, browser } = world();
    const ids = await Promise.all(
      [1, 2].map(async (each) => backend.send(numbers.invalid, `Picked ${each}`, { reference: "picked" })),
    );
    await Promise.all(ids.map(async (id) => backend.until(id, "parked")));
    const page = await signIn(browser, backend, "/review?reference=picked");
    await page.locator(`[data-row="${ids[0]}"]`).waitFor();
    for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
    await page.getByText("2 selected").waitFor();
    await page.getByRole("toolbar", { name: "Selected operations" }).getByRole("button", { name: "Discard" }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill("both wrong");
    await page.keyboard.press("Enter");
    await page.getByText("2 done, 0 not, 0 to go").waitFor();
    const after = await Promise.all(ids.map(async (id) => backend.until(id, "discarded")));
    expect(after.map(({ history }) => history.at(-1)?.because)).toEqual(["both wrong", "both wrong"]);
    expect(await leave(page)).toEqual([]);
  });

  test("an account: pause with a reason, resume, check", async () => {
    const { backend, browser } = world();
    const page = await signIn(browser, backend, "/accounts");
    const card = page.getByRole("region", { name: "backup" });
    await card.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill("invoice unpaid");
    await page.keyboard.press("Enter");
    await card.getByText("invoice unpaid").waitFor();
    expect(await backend.ask("GET", "/v1/accounts/backup")).toMatchObject({ paused: true });
    await card.getByRole("button", { name: "Resume" }).click();
    await expect.poll(async () => backend.ask("GET", "/v1/accounts/backup")).toMatchObject({ paused: false });
    await card.getByRole("button", { name: "Check" }).click();
    await card.getByText("checked").waitFor();
    expect(await card.getByText("/webhooks/backup").count()).toBe(1);
    const refused = await backend.send(numbers.optedOut, "Not wanted", { account: "backup" });
    await backend.until(refused, "parked");
    await card.getByRole("button", { name: "Lift one" }).click();
    await page.getByRole("textbox", { name: "Number or address" }).fill("4155550111");
    await page.getByText("It starts with +").waitFor();
    await page.getByRole("textbox", { name: "Number or address" }).fill(numbers.optedOut);
    await page.getByRole("textbox", { name: "Reason" }).fill("she asked for it at the counter");
    await page.keyboard.press("Enter");
    await page.getByText("This person can be written to again.").waitFor();
    expect(await leave(page)).toEqual([]);
  });
}
