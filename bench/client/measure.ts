/** One variant in a process of its own: `node measure.ts URL VARIANT SECONDS`; prints one JSON line. */
import { variants } from "./variants.ts";
import type { Send } from "./variants.ts";

/** What one run brought. Microseconds, but for `rps`. */
export interface Measurement {
  readonly rps: number;
  readonly cpu50: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpu1: number;
}

async function flood(
  send: Send,
  width: number,
  ms: number,
): Promise<{ count: number; wall: number; cpu: number; times: number[] }> {
  const times: number[] = [];
  const end = performance.now() + ms;
  const cpu = process.cpuUsage();
  const began = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (performance.now() < end) {
        const start = performance.now();
        await send();
        count += 1;
        if (width === 1) times.push((performance.now() - start) * 1000);
      }
    }),
  );
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { count, wall, cpu: (user + system) / count, times };
}

const [url = "", name = "", seconds = "1"] = process.argv.slice(2);
const make = variants[name];
if (make === undefined) throw new Error(`no variant ${name}`);
const send = make(url);
const ms = Number(seconds) * 1000;
await flood(send, 50, ms);
const wide = await flood(send, 50, ms);
await flood(send, 1, ms / 4);
const narrow = await flood(send, 1, ms / 2);
const times = narrow.times.toSorted((left, right) => left - right);
const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
const measurement: Measurement = {
  rps: (wide.count / wide.wall) * 1000,
  cpu50: wide.cpu,
  p50: at(0.5),
  p99: at(0.99),
  cpu1: narrow.cpu,
};
process.stdout.write(`${JSON.stringify(measurement)}\n`, () => process.exit());
