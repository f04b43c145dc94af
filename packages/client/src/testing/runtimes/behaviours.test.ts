/** The behaviours of every runtime, on this one; `npm run test:runtimes` runs them on the others. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { behaviours, faultOf } from "./behaviours.ts";
import { startControl } from "./control.ts";
import type { World } from "./world.ts";
import { worldAt } from "./world.ts";

let control: Awaited<ReturnType<typeof startControl>>;
let world: World;
beforeAll(async () => {
  control = await startControl();
  world = await worldAt(control.url);
});
afterAll(() => control.close());

test.each(Object.entries(behaviours))("%s", async (_name, behave) => {
  expect(await faultOf(behave, world)).toBeNull();
});
