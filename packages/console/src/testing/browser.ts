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

/** A page of somebody's own, signed in through the form. Anything that goes wrong in it fails the test that looks. */
export async function signIn(
  browser: Browser,
  backend: Backend,
  path: string,
  { role = "admin", scheme = "light", width = 1_440, height = 900, scale = 1 }: View = {},
): Promise<Page & { readonly troubles: readonly string[] }> {
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
  await page.getByLabel("API key").fill(keys[role]);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation").waitFor();
  return Object.assign(page, { troubles });
}
