/**
 * Makes the pictures of the console in `docs/images/`: the real console in a real browser, before a real gateway, store
 * and sandbox. `npm run screenshots`; it takes ten minutes, because the overview shows time that really passed
 * (`npm run screenshots 1 phone`: one minute, and only the pictures with `phone` in their names).
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { signIn } from "../packages/console/src/testing/browser.ts";
import { playScene } from "../packages/console/src/testing/scene.ts";
import { settled } from "../packages/console/src/testing/settled.ts";
import { buildConsole, startWorld } from "../packages/console/src/testing/world.ts";

/** How long the morning in the pictures lasts. */
const minutes = Number(process.argv[2] ?? 10);
/** A part of the names of the pictures that are wanted. */
const wanted = process.argv[3] ?? "";
const directory = fileURLToPath(new URL("../docs/images/", import.meta.url));

buildConsole();
await mkdir(directory, { recursive: true });
const world = await startWorld();
const { backend, browser } = world;
try {
  const scene = await playScene(backend, minutes);
  const pictures = [
    ["overview", "/?window=15m"],
    ["review", "/review"],
    [
      "review-cause",
      "/review?account=tw&operation=messages.create&parked_reason=rejected&kind=invalid_request&code=21211",
    ],
    ["operation", `/operations/${scene.superseded}`],
    ["doubt", `/operations/${scene.doubt}`],
    ["resolve", `/operations/${scene.doubt}?do=resolve`],
    ["accounts", "/accounts"],
    ["bulk", `/bulk/${scene.bulk}`],
    ["keys", "/settings/keys"],
  ] as const;
  for (const scheme of ["light", "dark"] as const) {
    const page = await signIn(browser, backend, "/", { scheme, width: 1_360, height: 850, scale: 1.5 });
    for (const [name, path] of pictures) {
      if (!name.includes(wanted)) continue;
      await page.goto(`${backend.url}${path}`);
      await settled(page);
      await page.screenshot({ path: `${directory}console-${name}-${scheme}.png` });
    }
    if (!"fix".includes(wanted)) {
      await page.context().close();
      continue;
    }
    await page.goto(`${backend.url}/operations/${scene.refused}?do=fix`);
    await page.getByRole("textbox", { name: "Reason" }).fill("the customer confirmed the number by mail");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "To", exact: true }).fill("+14155550187");
    await settled(page);
    await page.screenshot({ path: `${directory}console-fix-${scheme}.png` });
    await page.context().close();
  }
  const phone = await signIn(browser, backend, "/", { width: 390, height: 844, scale: 2 });
  for (const [name, path] of [
    ["phone-overview", "/?window=15m"],
    ["phone-review", "/review?parked_reason=rejected"],
    ["phone-operation", `/operations/${scene.refused}`],
  ] as const) {
    if (!name.includes(wanted)) continue;
    await phone.goto(`${backend.url}${path}`);
    await settled(phone);
    await phone.screenshot({ path: `${directory}console-${name}.png` });
  }
} finally {
  await world.close();
}
