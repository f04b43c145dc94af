/**
 * A worker process for crash tests: hands over messages, dispatches, and either dies at a point or ends when
 * everything is settled, printing what the store holds.
 *
 * Arguments: configuration file, crash point or `none`, number of messages.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "../../apps/landline/src/config/index.ts";
import { wireSystem } from "../../apps/landline/src/wire.ts";
import { crashPoints, deadlySender, deadlyStore } from "./points.ts";

const [file = "", pointName = "none", countText = "0"] = process.argv.slice(2);
const point = crashPoints.find((name) => name === pointName) ?? null;
const config = await loadConfig(file, process.cwd(), process.env);
const system = await wireSystem(
  config,
  point === null
    ? {}
    : { store: (store) => deadlyStore(store, point), sender: (sender) => deadlySender(sender, point) },
);
for (let number = 1; number <= Number(countText); number++) {
  const result = await system.outbox.enqueue({
    account: "tw",
    operation: "messages.create",
    input: { To: `+1415555${String(number).padStart(4, "0")}`, From: "+15005550006", Body: `crash test ${number}` },
    idempotencyKey: `crash-${number}`,
  });
  if (result.type !== "accepted") throw new Error(`not accepted: ${JSON.stringify(result)}`);
}
await system.outbox.run();
const open = new Set(["queued", "sending", "retrying", "reconciling", "held"]);
for (;;) {
  const page = await system.outbox.list({}, { limit: 200, cursor: null });
  if (page === "bad_cursor") throw new Error("the first page has no cursor");
  if (page.operations.every((operation) => !open.has(operation.state))) {
    const stories = await Promise.all(page.operations.map(async (operation) => system.outbox.story(operation.id)));
    const broken = await system.store.verify();
    await system.close();
    process.stdout.write(
      `${JSON.stringify({ operations: page.operations, attempts: stories.map((story) => story?.attempts), broken })}\n`,
    );
    break;
  }
  await sleep(50);
}
