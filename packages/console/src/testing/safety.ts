/** What must never happen: overwriting somebody, moving what one reads, running what somebody wrote, showing too much. */
import { expect, test } from "vitest";
import { keys, numbers } from "./backend.ts";
import { leave, signIn } from "./browser.ts";
import type { World } from "./world.ts";

/** Declares the tests. */
export function safetyTests(world: () => World): void {
  test("two people: the second is told who was faster and what they did, and overwrites nothing", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.invalid, "For two");
    const seen = await backend.until(id, "parked");
    const first = await signIn(browser, backend, `/operations/${id}?do=fix`);
    await first.getByRole("textbox", { name: "Reason" }).fill("a typo");
    await first.keyboard.press("Enter");
    const to = first.getByRole("textbox", { name: "To", exact: true });
    await to.fill("+14155550199");
    await backend.ask(
      "POST",
      `/v1/operations/${id}/discard`,
      { reason: "the customer called" },
      { authorization: `Bearer ${keys.second}`, "if-match": `"${seen.version}"` },
    );
    // Told at once, by the live update, while still editing; what was typed stays.
    const notice = first.getByRole("alert").filter({ hasText: "It has changed since you opened this." });
    await notice.getByText("grace").waitFor();
    await notice.getByText("the customer called").waitFor();
    expect(await to.inputValue()).toBe("+14155550199");
    await first.getByRole("button", { name: "Send the correction" }).click();
    // The refusal has come back when the button works again.
    await expect
      .poll(async () => first.getByRole("button", { name: "Send the correction" }).getAttribute("data-loading"))
      .toBeNull();
    expect(await to.inputValue()).toBe("+14155550199");
    expect((await backend.until(id, "discarded")).child_ids).toEqual([]);
    expect(await leave(first)).toEqual([]);
  });

  test("a list does not move by itself: what is new is counted and shown on request", async () => {
    const { backend, browser } = world();
    const old = await backend.send(numbers.invalid, "Old");
    await backend.until(old, "parked");
    const page = await signIn(browser, backend, "/review?parked_reason=rejected&account=tw");
    await page.locator(`[data-row="${old}"]`).focus();
    await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    const rows = await page.locator("tbody tr").evaluateAll((all) => all.map((row) => row.dataset["id"]));
    const fresh = await backend.send(numbers.invalid, "New");
    await backend.until(fresh, "parked");
    const button = page.getByRole("button", { name: "1 new" });
    await button.waitFor();
    expect(await page.locator("tbody tr").evaluateAll((all) => all.map((row) => row.dataset["id"]))).toEqual(rows);
    expect(await page.locator(`[data-row="${old}"]:focus`).count()).toBe(1);
    await page.keyboard.press("n");
    await page.locator(`[data-row="${fresh}"]`).waitFor();
    expect(await leave(page)).toEqual([]);
  });

  test("numbers and content are hidden until revealed for a reason, and never in address or title", async () => {
    const { backend, browser } = world();
    const secret = "canary words of a message";
    const id = await backend.send(numbers.landline, secret);
    await backend.until(id, "parked");
    const page = await signIn(browser, backend, `/operations/${id}`);
    await page.getByRole("heading", { name: "Content" }).waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(await page.content()).not.toContain(numbers.landline);
    await page.getByRole("button", { name: "Reveal" }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill("the customer is on the phone");
    await page.keyboard.press("Enter");
    await page.getByText(secret).waitFor();
    expect(await page.title()).not.toMatch(/\d{6}/);
    await page.getByRole("button", { name: /^Hide/ }).click();
    expect(await page.content()).not.toContain(secret);
    // Looking for a number leaves none behind in the address.
    await page.keyboard.press("/");
    await page.getByPlaceholder("Operation id, number").fill(numbers.landline);
    await page.getByText(`Everything sent to ${numbers.landline}`).click();
    await page.locator(`[data-row="${id}"]`).waitFor();
    expect(page.url()).not.toContain("4155550112");
    // Deciding on all of them takes the number along, beside the address.
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByRole("link", { name: "Everything that matches" }).click();
    await page.getByRole("heading", { name: "Which" }).waitFor();
    await page.getByText("+14…12").waitFor();
    expect(page.url()).not.toContain("4155550112");
    const search = page.getByPlaceholder("Operation id, number");
    await page.keyboard.press("/");
    await search.fill("ada@example.com");
    await page.getByText("Everything sent to ada@example.com").click();
    await page.getByText("Nothing matches").waitFor();
    expect(decodeURIComponent(page.url())).not.toContain("ada@");
    expect(await leave(page)).toEqual([]);
  });

  test("a viewer looks and changes nothing; a sender sees only its own", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.landline, "For a viewer");
    await backend.until(id, "parked");
    const viewer = await signIn(browser, backend, `/operations/${id}`, { role: "viewer" });
    await viewer.getByText("Nothing was sent: it was refused.").waitFor();
    expect(await viewer.getByRole("toolbar").count()).toBe(0);
    expect(await viewer.getByRole("button", { name: "Reveal" }).count()).toBe(0);
    expect(await leave(viewer)).toEqual([]);
    const sender = await signIn(browser, backend, "/", { role: "sender" });
    await sender.getByRole("heading", { name: "Operations" }).waitFor();
    await sender.getByText("No operation has been asked for yet").waitFor();
    await sender.goto(`${backend.url}/operations/${id}`);
    await sender.getByText("There is no such thing here").waitFor();
    await sender.goto(`${backend.url}/accounts`);
    await sender.getByText("Your key does not allow this").waitFor();
    expect(await leave(sender)).toEqual([]);
  });

  test("a sign-in provider is offered where there is one, and leads back to the page that was asked for", async () => {
    const { backend, browser } = world();
    const page = await (await browser.newContext()).newPage();
    await page.route("**/v1/session/options", async (route) =>
      route.fulfill({ json: { key: true, oidc: { label: "Continue with Example", url: "/v1/session/oidc" } } }),
    );
    await page.goto(`${backend.url}/review?code=21211`);
    const link = page.getByRole("link", { name: "Continue with Example" });
    await expect
      .poll(async () => link.getAttribute("href"))
      .toBe("/v1/session/oidc?return_to=%2Freview%3Fcode%3D21211");
    await page.goto(`${backend.url}/?sign_in=no_role`);
    await page.getByText("none of your groups has a role here").waitFor();
    expect(await link.getAttribute("href")).toBe("/v1/session/oidc?return_to=%2F");
    await page.context().close();
  });

  test("a wrong key is refused kindly; signing out ends it; being offline is said", async () => {
    const { backend, browser } = world();
    const page = await signIn(browser, backend, "/settings");
    await page.context().setOffline(true);
    await page.getByText("You are offline").waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").fill("nobody");
    await page.keyboard.press("Enter");
    await page.getByText("The gateway does not know this key.").waitFor();
    expect(await page.locator("input:visible").count()).toBe(1);
    expect(await leave(page)).toEqual([]);
  });
}
