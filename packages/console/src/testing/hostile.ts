/**
 * What a caller, a provider or a colleague wrote is shown as text, everywhere, whatever it is. Each place is looked at
 * with the attack visibly on it, so that a place that shows nothing cannot pass.
 */
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { attack, numbers } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { enter, leave, signIn } from "./browser.ts";
import type { Watched } from "./browser.ts";
import { settled } from "./settled.ts";
import type { World } from "./world.ts";

/** A piece of the attack that is on the page where any of it is. */
const mark = "harmed=1";

/** Sends a callback as the provider would, signed, with the attack in every word it may choose. */
async function hostileReceipt(backend: Backend, sid: string): Promise<void> {
  const url = `${backend.url}/webhooks/tw`;
  const form = { MessageSid: sid, MessageStatus: "failed", ErrorCode: "30003", ErrorMessage: attack, To: attack };
  const signed = Object.entries(form)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .reduce((text, [name, value]) => text + name + value, url);
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { "x-twilio-signature": createHmac("sha1", "console-test-token").update(signed).digest("base64") },
  });
  expect(response.status).toBeLessThan(300);
}

/** Shows everything of an operation, for a hostile reason. */
async function reveal(page: Watched): Promise<void> {
  await page.getByRole("button", { name: "Reveal" }).click();
  await page.getByRole("textbox", { name: "Reason" }).fill(attack);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Hide/ }).waitFor();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

async function unharmed(page: Watched, place: string, shows = mark): Promise<void> {
  await page.getByText(shows).first().waitFor({ state: "attached" });
  await settled(page);
  const found = await page.evaluate(() => ({
    harmed: "harmed" in window,
    elements: document.querySelectorAll('img[src="x"], svg[onload], a[href^="javascript:"]').length,
  }));
  expect({ place, ...found }).toEqual({ place, harmed: false, elements: 0 });
}

/** Declares the tests. */
export function hostileTests(world: () => World): void {
  test("what a caller and colleagues wrote is shown, never run", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.invalid, attack, {
      reference: `${attack}r`,
      metadata: { [attack]: attack },
      subject: attack,
    });
    let { version } = await backend.until(id, "parked");
    const say = async (verb: string, body: unknown): Promise<void> => {
      await backend.ask("POST", `/v1/operations/${id}/${verb}`, body, { "if-match": `"${version}"` });
      ({ version } = await backend.until(id, "parked"));
    };
    await say("assign", { assignee: attack.slice(0, 60), reason: attack });
    await say("comment", { text: attack });
    await backend.ask("POST", "/v1/accounts/backup/pause", { reason: attack });
    const { id: bulk } = await backend.ask<{ id: string }>("POST", "/v1/bulk", {
      action: "reconcile",
      query: { state: "parked", reference: `${attack}r` },
      reason: attack,
    });
    const page = await signIn(browser, backend, `/operations/${id}`);
    await reveal(page);
    await page.locator(".panel .said").filter({ hasText: mark }).waitFor();
    await unharmed(page, "an operation");
    // Kept in memory for five minutes: the editor opens with it at once.
    await page.keyboard.press("e");
    await page.getByRole("textbox", { name: "Body", exact: true }).waitFor();
    await unharmed(page, "the editor");
    const looked = encodeURIComponent(attack);
    for (const [path, shows] of [
      [`/operations/${id}?show=raw`],
      [`/operations/${id}?show=escalation`],
      [`/operations/${id}?do=assign`],
      [`/review?q=${looked}&code=${looked}`],
      [`/review?reference=${looked}r`],
      [`/operations?reference=${looked}r`],
      [`/bulk/new?reference=${looked}r&action=discard`],
      [`/bulk/${bulk}`],
      ["/bulk"],
      ["/accounts"],
      [`/operations/${looked}`, "There is no such thing here"],
      [`/?window=${looked}&from=${looked}&to=${looked}`, "Overview"],
      [`/?account=${looked}`, "Overview"],
      [`/nowhere/${looked}`, "There is no such page"],
    ] as const) {
      await page.goto(`${backend.url}${path}`);
      await unharmed(page, path, shows);
    }
    await page.keyboard.press("/");
    await page.getByPlaceholder("Operation id, number").fill(attack);
    await unharmed(page, "the palette", "Operations with the reference");
    await backend.ask("POST", "/v1/accounts/backup/resume", {});
    expect(await leave(page)).toEqual([]);
  });

  test("what a provider answered and called back with is shown, never run", async () => {
    const { backend, browser } = world();
    const [refused, page502, told] = await Promise.all([
      backend.send(numbers.hostile, "Refused with a script"),
      backend.send(numbers.hostilePage, "Answered with a page", { guarantee: "at-most-once" }),
      backend.send(numbers.fine, "Called back about"),
    ]);
    await Promise.all([backend.until(refused, "parked"), backend.until(page502, "parked")]);
    await hostileReceipt(backend, (await backend.until(told, "accepted", "delivered")).provider_id ?? "");
    await backend.until(told, "undelivered", "parked");
    const page = await signIn(browser, backend, `/operations/${refused}`);
    for (const [id, shows] of [
      [refused, mark],
      [page502, mark],
      [told, "The provider says failed"],
    ] as const) {
      await page.goto(`${backend.url}/operations/${id}`);
      await reveal(page);
      for (const details of await page.locator(".timeline details").all())
        await details.evaluate((each) => each.setAttribute("open", ""));
      await unharmed(page, `the timeline of ${id}`, shows);
      await page.goto(`${backend.url}/operations/${id}?show=escalation`);
      await page.locator('[role="dialog"] pre').waitFor();
      await unharmed(page, `the escalation package of ${id}`, "Escalation package");
    }
    await page.goto(`${backend.url}/review?code=21211`);
    await page.locator(`[data-row="${refused}"]`).waitFor();
    await unharmed(page, "a list");
    expect(await leave(page)).toEqual([]);
  });

  test("a key with a hostile name signs in and is nothing but a name", async () => {
    const { backend, browser } = world();
    const name = `<img src=x onerror="window.harmed=1">`;
    const { id, key } = await backend.ask<{ id: string; key: string }>("POST", "/v1/keys", { name, role: "admin" });
    const page = await signIn(browser, backend, "/settings");
    await page.getByRole("button", { name: "Sign out" }).click();
    await enter(page, key);
    await unharmed(page, "the side bar", name);
    await page.goto(`${backend.url}/settings/keys`);
    await unharmed(page, "the keys", name);
    expect(await leave(page)).toEqual([]);
    await backend.ask("DELETE", `/v1/keys/${id}`);
  });
}
