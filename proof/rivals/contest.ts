/**
 * One evening for each rival: the same messages, the same faults, the same kills of its worker; afterwards the
 * provider's ledger says what really happened, and the rival's books say what it believes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@landline/sandbox";
import type { LedgerEntry } from "@landline/sandbox";
import { exponential, seeded } from "@landline/simulator";
import { startProgram } from "../../apps/landline/src/demo/processes.ts";
import { startCluster } from "../../packages/outbox-postgres/src/testing/cluster.ts";
import { freePorts } from "../proxy.ts";
import { faultsOf } from "../workload.ts";
import type { Belief, Message, Rival, Target } from "./rival.ts";

/** How hard the evening is. */
export interface ContestOptions {
  readonly seed: number;
  readonly messages: number;
  readonly kills: number;
  /** Time in which everything is posted and goes wrong, in seconds. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** What became of one rival's messages. */
export interface Standing {
  readonly rival: Rival;
  readonly promised: number;
  readonly sentOnce: number;
  /** Messages that people got more than once. */
  readonly sentAgain: number;
  /** Surplus copies in all. */
  readonly copies: number;
  readonly neverSent: number;
  /** Of those never sent: nobody is told. The books say sent, or know nothing. */
  readonly lostSilently: number;
  /** Sent, and the books say failed; null without books. */
  readonly failedButSent: number | null;
  readonly requests: number;
  /** From the last kill to rest, in seconds; null: still not at rest when patience ended. */
  readonly restSeconds: number | null;
}

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
const patienceMs = 180_000;

/** Lets a rival have its evening. @throws when its worker does not start */
export async function compete(rival: Rival, options: ContestOptions): Promise<Standing> {
  const sandbox = await createSandbox({ provider: "twilio", seed: options.seed, faults: faultsOf("messages.create") });
  const cluster = await startCluster();
  const target: Target = { url: cluster.url, port: await freePorts(1), provider: sandbox.url };
  const start = async () => startProgram(worker, [rival.name, target.url, String(target.port), target.provider]);
  await rival.prepare?.(target);
  let service = await start();
  try {
    let killed = 0;
    const posting = post(rival, target, options, () => killed / options.kills);
    const random = seeded(options.seed);
    const everyMs = (options.seconds * 1_000) / options.kills;
    for (; killed < options.kills; killed += 1) {
      await sleep(Math.min(exponential(random, everyMs), 4 * everyMs));
      await service.kill();
      await rival.afterKill?.(target);
      service = await start();
    }
    const promised = await posting;
    const restSeconds = await rest(rival, target);
    const books = await rival.books(target);
    const standing = stand(rival, promised, sandbox.ledger(), books, restSeconds);
    options.say(`${rival.name}: ${standing.sentOnce} of ${promised.length} once, ${standing.copies} copies`);
    return standing;
  } finally {
    await service.kill();
    await rival.leave?.();
    await cluster.destroy();
    await sandbox.close();
  }
}

/** Posts at a steady pace, but not ahead of the kills; repeats what was not taken, as an application would. */
async function post(
  rival: Rival,
  target: Target,
  { messages, seconds }: ContestOptions,
  progress: () => number,
): Promise<readonly Message[]> {
  const promised: Message[] = [];
  const numbers = Array.from({ length: messages }, (_, number) => number).values();
  const began = performance.now();
  const caller = async (): Promise<void> => {
    for (const number of numbers) {
      await sleep(Math.max(0, began + (number * seconds * 1_000) / messages - performance.now()));
      while (number > messages * (progress() + 0.05)) await sleep(50);
      const message = { number, to: `+1212${2_000_000 + number}`, body: `message ${number}` };
      while (!(await rival.post(target, message).then(always, never))) await sleep(100);
      promised.push(message);
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  return promised;
}

const always = (): boolean => true;
const never = (): boolean => false;

async function rest(rival: Rival, target: Target): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < patienceMs) {
    if ((await rival.open(target)) === 0) return (performance.now() - began) / 1_000;
    await sleep(250);
  }
  return null;
}

function stand(
  rival: Rival,
  promised: readonly Message[],
  ledger: readonly LedgerEntry[],
  books: ReadonlyMap<number, Belief> | null,
  restSeconds: number | null,
): Standing {
  const happened = Map.groupBy(
    ledger.filter((entry) => entry.type === "effect" && entry.operation === "messages.create"),
    ({ to }) => to,
  );
  const copiesOf = ({ to }: Message): number => happened.get(to)?.length ?? 0;
  const unsent = promised.filter((message) => copiesOf(message) === 0);
  const told = (number: number): boolean => {
    const belief = books?.get(number);
    return belief === "failed" || belief === "open";
  };
  return {
    rival,
    promised: promised.length,
    sentOnce: promised.filter((message) => copiesOf(message) === 1).length,
    sentAgain: promised.filter((message) => copiesOf(message) > 1).length,
    copies: promised.reduce((sum, message) => sum + Math.max(0, copiesOf(message) - 1), 0),
    neverSent: unsent.length,
    lostSilently: unsent.filter(({ number }) => !told(number)).length,
    failedButSent:
      books && promised.filter((message) => copiesOf(message) > 0 && books.get(message.number) === "failed").length,
    requests: ledger.filter((entry) => entry.type === "request" && entry.operation === "messages.create").length,
    restSeconds,
  };
}
