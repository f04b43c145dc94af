/**
 * `npm run proof -- [--store sqlite|postgres|all] [--operations N] [--kills N] [--seconds N] [--seed N] [--write]`:
 * proves in public that nothing is lost or doubled, whatever is killed. Exit code 1 when something was.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { pageOf, tableOf } from "./report.ts";
import { prove } from "./run.ts";
import type { ProofResult } from "./run.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite" },
    operations: { type: "string", default: "10000" },
    kills: { type: "string", default: "200" },
    seconds: { type: "string", default: "540" },
    workers: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    write: { type: "string" },
  },
});

const whole = (name: "operations" | "kills" | "seconds" | "workers" | "seed"): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`--${name} must be a whole number above 0`);
  return value;
};

const stores = values.store === "all" ? (["sqlite", "postgres"] as const) : [values.store];
const results: ProofResult[] = [];
for (const store of stores) {
  if (store !== "sqlite" && store !== "postgres") throw new RangeError("--store must be sqlite, postgres or all");
  const result = await prove({
    store,
    seed: whole("seed"),
    operations: whole("operations"),
    kills: whole("kills"),
    seconds: whole("seconds"),
    workers: whole("workers"),
    say: (line) => console.error(line),
  });
  results.push(result);
  console.log(tableOf(result));
  for (const fault of result.faults.slice(0, 50))
    console.log(`${fault.kind}: ${fault.operationId ?? "-"} ${fault.message}`);
}
if (values.write !== undefined) writeFileSync(values.write, pageOf(results));
// Connections of posts that were never answered may still hang in the pool of `fetch`; nothing waits for them.
process.exit(results.every(({ faults }) => faults.length === 0) ? 0 : 1);
