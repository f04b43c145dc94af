/** Runs the behaviours in this runtime: `RUNTIME entry.ts CONTROL_URL`; prints one JSON line. */
import { runBehaviours } from "./behaviours.ts";
import { worldAt } from "./world.ts";

const [control = ""] = process.argv.slice(2);
console.log(JSON.stringify(await runBehaviours(await worldAt(control))));
process.exit();
