/** Several worker processes on one database, started together: how they scale. */
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Figures } from "../durable/figures.ts";
import { handToWorkers } from "../durable/flows.ts";
import type { Subject } from "../durable/flows.ts";

/** Operations a second of so many workers together, from the first one's start to the last delivery. */
export async function crewOf(size: number, url: string, subject: Subject): Promise<Figures> {
  await handToWorkers(subject);
  const members = Array.from({ length: size }, () => {
    const file = path.join(import.meta.dirname, "member.ts");
    const child = spawn(process.execPath, [...process.execArgv, file, url], { stdio: ["pipe", "pipe", "inherit"] });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  });
  await Promise.all(members.map(async ({ lines }) => lines.next()));
  for (const { child } of members) child.stdin.write("go\n");
  const reports = await Promise.all(
    members.map(
      async ({ lines }) =>
        JSON.parse(String((await lines.next()).value)) as Readonly<Record<"delivered" | "began" | "ended", number>>,
    ),
  );
  const delivered = reports.reduce((sum, each) => sum + each.delivered, 0);
  if (delivered !== subject.count) throw new Error(`${delivered} of ${subject.count} were delivered`);
  const ms = Math.max(...reports.map(({ ended }) => ended)) - Math.min(...reports.map(({ began }) => began));
  return {
    rate: (delivered / ms) * 1_000,
    smallestShare: Math.min(...reports.map((each) => each.delivered)) / delivered,
  };
}
