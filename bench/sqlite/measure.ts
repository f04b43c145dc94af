/**
 * One measurement in a process of its own: `measure.ts WHAT FILE COUNT FROM`. Prints one line of JSON.
 * `fill` prepares a large file; the others work on whatever the file holds, so that empty and full can be compared.
 */
import { sqliteStore } from "@landline/outbox-sqlite";
import type { Figures } from "../durable/figures.ts";
import { firstStart, flows, prefill } from "../durable/flows.ts";
import type { Flow } from "../durable/flows.ts";
import { operations } from "../durable/operations.ts";
import { commitsPerSecond, flushesPerSecond, groupedPerSecond } from "./limits.ts";

const [what = "", file = "", countText = "0", fromText = "0"] = process.argv.slice(2);
const count = Number(countText);
const from = Number(fromText);

const { drain } = flows;
const measures: Readonly<Record<string, () => Promise<Figures>>> = {
  ...Object.fromEntries(Object.entries(flows).map(([name, flow]) => [name, async () => withStore(flow)])),
  limits: async () => ({
    flushes: flushesPerSecond(`${file}.flush`, 1),
    commits: commitsPerSecond(`${file}.raw`, 1),
    grouped: await groupedPerSecond(`${file}.grouped`, 1),
  }),
  verbs: async () => withStore(async (subject) => (await prefill(subject), drain(subject))),
  verbsLarge: async () => withStore(drain),
  open: reopen,
};

async function withStore(flow: Flow): Promise<Figures> {
  const store = sqliteStore(file);
  try {
    // Answers once the indexes in memory are complete: what an opening takes is measured by `reopen`.
    await store.findByKey("", "");
    return await flow({ store, count, from });
  } finally {
    await store.close();
  }
}

/** From nothing to the first durable start, and to the first insert (which waits for the index of keys). */
async function reopen(): Promise<Figures> {
  const began = performance.now();
  const store = sqliteStore(file);
  await firstStart(store);
  const started = performance.now() - began;
  await store.insertMany(operations(1, from));
  const firstInsert = performance.now() - began;
  const rss = process.memoryUsage.rss() / 2 ** 20;
  await store.close();
  return { firstStart: started, firstInsert, rss };
}

const figures = await measures[what]?.();
if (figures === undefined) throw new Error(`no measure is called ${what}`);
process.stdout.write(`${JSON.stringify({ ...figures, rssAtEnd: process.memoryUsage.rss() / 2 ** 20 })}\n`);
