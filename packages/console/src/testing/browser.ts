/** A real browser without a screen, and the few moves every test makes in it. */
import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import type { Backend } from "./backend.ts";
import { keys } from "./backend.ts";

/** Starts Chromium. */
export async function startBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** How to look. */
export interface View {
  readonly role?: keyof typeof keys;
  readonly scheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly scale?: number;
}

/** A page that remembers what went wrong in it. */
export type Watched = Page & { readonly troubles: readonly string[] };

/** Leaves a page for good. @returns what went wrong in it, for the test to expect nothing */
export async function leave(page: Watched): Promise<readonly string[]> {
  await page.context().close();
  return page.troubles;
}

/** Signs in with any key, through the form. */
export async function enter(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation").waitFor();
}

/** A page of somebody's own, signed in through the form. See {@link leave}. */
export async function signIn(
  browser: Browser,
  backend: Backend,
  path: string,
  { role = "admin", scheme = "light", width = 1_440, height = 900, scale = 1 }: View = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    deviceScaleFactor: scale,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  // What the page's policy had to refuse is a fault of ours, even when nothing came of it.
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => {
      console.error(`refused by policy: ${violatedDirective} ${blockedURI} ${sourceFile}`);
    });
  });
  page.on("dialog", (dialog) => {
    troubles.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    // A refused request is told by the browser too; the page tells it better, and tests look there.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      troubles.push(message.text());
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== backend.url && protocol.startsWith("http")) troubles.push(`another origin: ${request.url()}`);
  });
  await page.goto(`${backend.url}${path}`);
  await enter(page, keys[role]);
  return Object.assign(page, { troubles });
}
