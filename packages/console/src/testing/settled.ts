/** When a page has stopped changing by itself: everything read, nothing on its way in or out. No fixed waits. */
import type { Page } from "playwright-core";

/** Waits for it. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole("heading").first().waitFor();
  await page.waitForFunction(
    () =>
      document.querySelector('.loading, [aria-busy="true"]') === null &&
      document.getAnimations().every(({ playState }) => playState !== "running"),
  );
}
