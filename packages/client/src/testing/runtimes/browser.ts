/** The behaviours for a page: `run(control)` on its global object. */
import type { Told } from "./behaviours.ts";
import { runBehaviours } from "./behaviours.ts";
import { worldAt } from "./world.ts";

/** Called by whoever drives the browser. */
export async function run(control: string): Promise<readonly Told[]> {
  return runBehaviours(await worldAt(control));
}
