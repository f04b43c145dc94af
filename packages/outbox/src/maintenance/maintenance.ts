/**
 * All cures for neglect, started and stopped together.
 */
import type { Context } from "../context.ts";
import { createExpirer } from "./expirer.ts";
import { createLoop } from "./loop.ts";
import type { Loop } from "./loop.ts";
import { createPoller } from "./poller.ts";
import { createProber } from "./prober.ts";
import { createPruner } from "./pruner.ts";
import { createReconciler } from "./reconciler.ts";
import { createRescuer } from "./rescuer.ts";
import { createRestorer } from "./restorer.ts";
import { createCaretaker } from "./unattended.ts";

/** Paces, in milliseconds. All have defaults. */
export interface MaintenanceOptions {
  readonly rescueEveryMs: number;
  readonly restoreEveryMs: number;
  readonly reconcileEveryMs: number;
  readonly expireEveryMs: number;
  readonly attendEveryMs: number;
  readonly pollReceiptsEveryMs: number;
  readonly probeEveryMs: number;
  readonly pruneEveryMs: number;
  /** Age after which finished operations are deleted; null: never. */
  readonly retentionMs: number | null;
  /** Silence after which an accepted operation's status is asked for. */
  readonly receiptQuietMs: number;
  /** Age after which it is not asked for any more. */
  readonly receiptAgeMaxMs: number;
}

/** The defaults of {@link MaintenanceOptions}. */
export const defaultMaintenance: MaintenanceOptions = {
  rescueEveryMs: 5_000,
  restoreEveryMs: 5_000,
  reconcileEveryMs: 5_000,
  expireEveryMs: 5_000,
  attendEveryMs: 30_000,
  pollReceiptsEveryMs: 60_000,
  probeEveryMs: 1_000,
  pruneEveryMs: 3_600_000,
  retentionMs: null,
  receiptQuietMs: 600_000,
  receiptAgeMaxMs: 72 * 3_600_000,
};

/** Running cures. */
export interface Maintenance {
  start(): void;
  stop(): Promise<void>;
  wakeReconciler(at: number): void;
  wakeCaretaker(at: number): void;
}

/** Makes them. */
export function createMaintenance(context: Context, options: Partial<MaintenanceOptions>): Maintenance {
  const paces = { ...defaultMaintenance, ...options };
  const reconciler = createLoop(context, createReconciler(context, paces.reconcileEveryMs));
  const caretaker = createLoop(context, createCaretaker(context, paces.attendEveryMs));
  const polling = { quietMs: paces.receiptQuietMs, ageMaxMs: paces.receiptAgeMaxMs };
  const loops: Loop[] = [
    createLoop(context, createRescuer(context, paces.rescueEveryMs)),
    createLoop(context, createRestorer(context, paces.restoreEveryMs)),
    reconciler,
    createLoop(context, createExpirer(context, paces.expireEveryMs)),
    caretaker,
    createLoop(context, createPoller(context, paces.pollReceiptsEveryMs, polling)),
    createLoop(context, createProber(context, paces.probeEveryMs)),
  ];
  if (paces.retentionMs !== null) {
    loops.push(createLoop(context, createPruner(context, paces.pruneEveryMs, paces.retentionMs)));
  }
  return {
    start() {
      for (const loop of loops) loop.start();
    },
    async stop() {
      await Promise.all(loops.map(async (loop) => loop.stop()));
    },
    wakeReconciler: (at) => reconciler.wakeAt(at),
    wakeCaretaker: (at) => caretaker.wakeAt(at),
  };
}
