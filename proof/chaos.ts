/**
 * What goes wrong, when and to whom: drawn from a seed, written down as it happens.
 *
 * The sequence of blows is the seed's; at which instruction a blow lands is the machine's. That is why what happened
 * is kept with its instants: the reckoning holds every doubt against it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { between, exponential, seeded } from "@landline/simulator";
import type { Member } from "./fleet.ts";
import type { Wire } from "./proxy.ts";
import { leaseMs, ordinaryFaults, stormFaults } from "./workload.ts";

/** Kinds of blows. */
export type Blow = "kill" | "suspend" | "sandbox" | "cut" | "freeze" | "storm" | "terminate" | "restart";

/** A blow that landed, in epoch milliseconds. */
export interface Incident {
  readonly blow: Blow;
  readonly target: string;
  readonly from: number;
  readonly to: number;
}

/** A database that can be hit. */
export interface Victim {
  /** Ends every connection to it. */
  terminate(): Promise<number>;
  /** Stops it at once and starts it again. */
  restart(): Promise<void>;
}

/** Everything that can be hit. */
export interface Targets {
  readonly members: readonly Member[];
  readonly sandbox: Member;
  readonly sandboxUrl: string;
  readonly wire: Wire;
  readonly database: Victim | null;
}

/** How much. */
export interface ChaosOptions {
  readonly seed: number;
  /** Kills of our own processes. */
  readonly kills: number;
  /** Mean time between blows, in milliseconds. */
  readonly everyMs: number;
}

/** Parts of a hundred blows. The rest are kills. */
const shares: readonly (readonly [Blow, number])[] = [
  ["cut", 9],
  ["freeze", 4],
  ["storm", 4],
  ["sandbox", 4],
  ["suspend", 3],
  ["terminate", 6],
  ["restart", 1],
];

/** Draws the blows of a run: as many as it takes for the kills that are wanted. */
export function planOf({ seed, kills, everyMs }: ChaosOptions, hasDatabase: boolean): readonly Planned[] {
  const random = seeded(seed);
  const planned: Planned[] = [];
  for (let left = kills; left > 0;) {
    let dart = random() * 100;
    let blow: Blow = "kill";
    for (const [name, share] of shares) {
      dart -= share;
      if (dart >= 0) continue;
      blow = name;
      break;
    }
    const afterMs = Math.min(exponential(random, everyMs), 4 * everyMs);
    const dice = random();
    if ((blow === "terminate" || blow === "restart") && !hasDatabase) continue;
    if (blow === "kill") left -= 1;
    planned.push({ blow, afterMs, dice });
  }
  return planned;
}

/** A blow to come. */
export interface Planned {
  readonly blow: Blow;
  /** Milliseconds after the one before. */
  readonly afterMs: number;
  /** Chance for the details, in [0, 1). */
  readonly dice: number;
}

/** Lets the plan happen. Resolves when the last blow is over. */
export async function unleash(
  plan: readonly Planned[],
  targets: Targets,
  landed: (incident: Incident) => void,
  struck: (part: number) => void,
): Promise<void> {
  const lasting: Promise<void>[] = [];
  for (const [index, { blow, afterMs, dice }] of plan.entries()) {
    await sleep(afterMs);
    struck((index + 1) / plan.length);
    const from = Date.now();
    const over = strike(blow, dice, targets).then((target) => {
      if (target !== null) landed({ blow, target, from, to: Date.now() });
    });
    // While one of several sleeps past its lease, or is being started again, the others go on, and so do the blows.
    if ((blow === "suspend" || blow === "kill") && targets.members.length > 1) {
      lasting.push(over);
      // A failure is met at the end.
      over.catch(() => undefined);
    } else await over;
  }
  await Promise.all(lasting);
  await rules(targets.sandboxUrl, ordinaryFaults);
}

async function strike(blow: Blow, dice: number, targets: Targets): Promise<string | null> {
  const { members, sandbox, sandboxUrl, wire, database } = targets;
  const standing = members.filter((each) => each.standing);
  const member = standing[Math.floor(dice * standing.length)];
  const within = (low: number, high: number): number => between(() => dice, low, high);
  switch (blow) {
    case "kill":
    case "suspend":
      // Everybody is down or has just begun to live: the blow waits for somebody to hit.
      if (member === undefined) {
        await sleep(100);
        return strike(blow, dice, targets);
      }
      if (blow === "kill") await member.kill();
      else await member.suspend(leaseMs + within(500, 2_500));
      return member.name;
    case "sandbox":
      await sandbox.kill();
      return sandbox.name;
    case "cut":
      wire.cut();
      return "provider";
    case "freeze":
      await wire.freeze(within(200, 2_000));
      return "provider";
    case "storm":
      if (!(await rules(sandboxUrl, stormFaults))) return null;
      await sleep(within(500, 3_000));
      await rules(sandboxUrl, ordinaryFaults);
      return "provider";
    case "terminate":
      await database?.terminate();
      return "database";
    case "restart":
      await database?.restart();
      return "database";
    default:
      return blow satisfies never;
  }
}

/** Gives the sandbox other rules; false when it does not answer. */
async function rules(sandboxUrl: string, document: unknown): Promise<boolean> {
  return fetch(`${sandboxUrl}/_sandbox/faults`, { method: "POST", body: JSON.stringify(document) }).then(
    (response) => response.ok,
    () => false,
  );
}
