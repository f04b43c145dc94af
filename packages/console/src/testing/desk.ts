/** Working together: whose it is, when it comes back, a word to the others, and a second person's yes. */
import { expect, test } from "vitest";
import { numbers } from "./backend.ts";
import { leave, signIn } from "./browser.ts";
import type { World } from "./world.ts";

/** Declares the tests. */
export function deskTests(world: () => World): void {
  test("take it, say something, put it off: with the keyboard, seen by everybody", async () => {
    const { backend, browser } = world();
    const id = await backend.send(numbers.landline, "For somebody", { reference: "desk" });
    await backend.until(id, "parked");
    const list = await signIn(browser, backend, "/review?reference=desk", { role: "second" });
    await list.locator(`[data-row="${id}"]`).waitFor();
    const page = await signIn(browser, backend, `/operations/${id}`);
    await page.getByText("Nobody looks after it yet").waitFor();
    const trace = await page.getByRole("link", { name: "Open the trace" }).getAttribute("href");
    expect(trace).toMatch(/^https:\/\/traces\.example\/[0-9a-f]{32}$/);
    await page.keyboard.press("a");
    await page.getByRole("radio", { name: "I do (ada)" }).waitFor();
    await page.getByRole("textbox", { name: "Note" }).fill("my customer");
    await page.keyboard.press("Enter");
    await page.getByText("Yours").waitFor();
    // The other person's list says so where it stands, without moving.
    await list
      .locator("tr", { has: list.locator(`[data-row="${id}"]`) })
      .getByText("ada")
      .waitFor();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("m");
    await page.getByRole("textbox", { name: "Comment" }).fill("waits for a mobile number");
    await page.keyboard.press("Enter");
    await page.locator(".timeline").getByText("waits for a mobile number").waitFor();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("z");
    await page.getByRole("radio", { name: "Tomorrow morning" }).check();
    await page.getByRole("button", { name: "Put it off" }).click();
    await page.getByText("put off until").waitFor();
    await list.goto(`${backend.url}/review?reference=desk`);
    await list.getByText("Nothing matches").waitFor();
    await list.getByLabel("Whose").selectOption("snoozed");
    await list.locator(`[data-row="${id}"]`).waitFor();
    expect(await backend.ask("GET", `/v1/operations/${id}`)).toMatchObject({ assignee: "ada", state: "parked" });
    expect(await leave(page)).toEqual([]);
    expect(await leave(list)).toEqual([]);
  });

  test("very many at once wait for a second person; then pause, go on, cancel, results as a table", async () => {
    const { backend, browser } = world();
    const size = 26;
    const ids = await Promise.all(
      Array.from({ length: size }, async (_, index) =>
        backend.send(numbers.landline, `Crowd ${index}`, { reference: "crowd" }),
      ),
    );
    await Promise.all(ids.map(async (id) => backend.until(id, "parked")));
    const page = await signIn(browser, backend, "/bulk/new?reference=crowd&action=discard");
    await page.getByRole("textbox", { name: "Reason" }).fill("a wrong list");
    await page.getByRole("textbox", { name: "Operations per second" }).fill("2");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByRole("button", { name: `Ask a second person to: Discard ${size} operations` }).click();
    await page.getByText("Ask another admin to open this page.").waitFor();
    expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
    const other = await signIn(browser, backend, new URL(page.url()).pathname, { role: "second" });
    const say = async (word: string): Promise<void> => {
      await other.getByRole("button", { name: word, exact: true }).first().click();
      await other.getByRole("dialog").getByRole("textbox", { name: "Reason" }).fill(`${word}, says grace`);
      await other.keyboard.press("Enter");
      await other.getByRole("dialog").waitFor({ state: "hidden" });
    };
    await say("Approve");
    await other.getByText("Approved by grace").waitFor();
    await say("Pause");
    await other.getByText("Paused", { exact: true }).waitFor();
    await say("Go on");
    await other.getByText("Running", { exact: true }).waitFor();
    await say("Cancel the rest");
    await other.getByText("Cancelled", { exact: true }).waitFor();
    await other.getByText("Cancel the rest, says grace").waitFor();
    const [file] = await Promise.all([
      other.waitForEvent("download"),
      other.getByRole("link", { name: "CSV" }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    for (const id of ids) expect(text).toContain(id);
    expect(await leave(page)).toEqual([]);
    expect(await leave(other)).toEqual([]);
  });

  test("keys: made and shown once, replaced, ended; callback addresses tested from outside", async () => {
    const { backend, browser } = world();
    const page = await signIn(browser, backend, "/settings/keys");
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("night-shift");
    await page.getByRole("radio", { name: "operator" }).check();
    await page.getByRole("button", { name: "Make the key" }).click();
    await page.getByText("This is the only time it is shown.").waitFor();
    const key = (await page.locator('[role="dialog"] pre').textContent()) ?? "";
    await page.getByRole("button", { name: "It is kept" }).click();
    await page.getByRole("row", { name: /night-shift/ }).waitFor();
    expect(await page.content()).not.toContain(key);
    const headers = { authorization: `Bearer ${key}` };
    expect(await backend.ask("GET", "/v1/session", undefined, headers)).toMatchObject({ role: "operator" });
    await page.getByRole("button", { name: "End night-shift" }).click();
    await page.getByRole("button", { name: "End it now" }).click();
    await expect.poll(async () => page.getByRole("row", { name: /night-shift/ }).count()).toBe(0);
    await expect(backend.ask("GET", "/v1/session", undefined, headers)).rejects.toThrow("401");
    await page.goto(`${backend.url}/settings`);
    await page.getByRole("button", { name: "Send a test alert" }).click();
    await page.getByText("No alert channel is configured").waitFor();
    await page.goto(`${backend.url}/accounts`);
    const card = page.getByRole("region", { name: "backup" });
    await card.getByRole("button", { name: "Test it from outside" }).click();
    await card.getByText("Reached", { exact: true }).waitFor();
    expect(await leave(page)).toEqual([]);
  });
}
