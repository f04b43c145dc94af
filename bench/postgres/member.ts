/**
 * One worker of several: `member.ts URL`. Says when it is ready, begins when it is told, ends when nothing is left;
 * prints what it delivered and when, in epoch milliseconds.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { openPostgresStore } from "@landline/outbox-postgres";
import { quickOutbox } from "../durable/flows.ts";

const [url = ""] = process.argv.slice(2);
const store = await openPostgresStore(url);
const outbox = quickOutbox(store);
let delivered = 0;
let last = 0;
outbox.subscribe((event) => {
  if (event.type !== "operation.attempted") return;
  delivered += 1;
  last = Date.now();
});
process.stdout.write("ready\n");
await once(process.stdin, "data");
const began = Date.now();
await outbox.run();
while ((await store.dueLanes()).size > 0) await sleep(50);
await outbox.stop();
await store.close();
process.stdout.write(`${JSON.stringify({ delivered, began, ended: last })}\n`);
process.exit(0);
