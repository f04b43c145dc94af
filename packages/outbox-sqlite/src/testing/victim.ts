/**
 * A process that does random things to a store and tells on stdout what was acknowledged, until it is killed. Every
 * line is written only after its promise resolved, so each line is a promise the store must keep.
 */
import { writeSync } from "node:fs";
import { failure } from "@landline/core";
import type { AttemptResult, ClaimedOperation, Settlement } from "@landline/outbox";
import { sqliteStore } from "../store.ts";
import { message } from "./message.ts";

const [file = "", round = "0"] = process.argv.slice(2);
const store = sqliteStore(file);
let counter = Number(round) * 1_000_000;
const lane = "tw/messages";

/** Says that something is durable. Written synchronously, so that a kill cannot hold it back. */
function told(what: string, id: string, detail: string): void {
  writeSync(1, `${what} ${id} ${detail}\n`);
}

function settlementOf(claimed: ClaimedOperation, dice: number): Settlement {
  const now = Date.now();
  const number = claimed.attemptsStarted + 1;
  const what = failure({
    kind: "transport",
    code: "ECONNRESET",
    execution: "unknown",
    remedy: "reconcile",
    responsible: "network",
    message: "reset",
  });
  const history = { spent: number, waitedMs: 0, firstAttemptAt: now, doubtOpen: false };
  const base = { number, endedAt: now, status: null, code: null, requestId: null, phase: "done" } as const;
  const attempt: AttemptResult = { ...base, outcome: "ambiguous", failure: what };
  if (dice < 0.5) {
    const taken: AttemptResult = { ...base, outcome: "accepted", failure: null };
    return {
      type: "accept",
      because: "taken",
      providerId: `SM${claimed.id}`,
      providerStatus: "queued",
      attempt: taken,
    };
  }
  if (dice < 0.7) return { type: "retry", because: "again", at: now, history, failure: what, attempt };
  if (dice < 0.85) return { type: "park", because: "refused", reason: "rejected", failure: what, history, attempt };
  return {
    type: "reconcile",
    because: "doubt",
    at: now,
    history,
    failure: what,
    absences: 0,
    lookFailures: 0,
    attempt,
  };
}

async function caller(): Promise<void> {
  for (;;) {
    counter += 1;
    const operation = message(counter, { deadline: Date.now() + 86_400_000 });
    const result = await store.insert(operation);
    if (result.type === "inserted") told("inserted", operation.id, operation.idempotencyKey);
    if (Math.random() < 0.1) {
      const many = Array.from({ length: 20 }, () => message((counter += 1)));
      for (const each of await store.insertMany(many)) told("inserted", each.id, "-");
    }
  }
}

async function worker(name: string): Promise<void> {
  for (;;) {
    const claimed = await store.claim({ worker: name, lanes: [{ lane, limit: 8 }], leaseMs: 20_000 });
    if (claimed.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.all(claimed.map(deliver));
    for (const rescued of await store.rescue({ worker: name, limit: 20, leaseMs: 20_000 })) {
      const number = rescued.attempt.number;
      const doubt = settlementOf({ ...rescued, attemptsStarted: number - 1 }, 0.9);
      if (await store.settle(rescued, doubt)) told("settled", rescued.id, "reconciling");
    }
  }
}

async function deliver(claimed: ClaimedOperation): Promise<void> {
  const number = claimed.attemptsStarted + 1;
  if (Math.random() < 0.1) return store.release([claimed]);
  if (!(await store.start(claimed, { number, requestDigest: "d" }))) return;
  told("started", claimed.id, String(number));
  if (Math.random() < 0.2) await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  const settlement = settlementOf(claimed, Math.random());
  if (await store.settle(claimed, settlement)) told("settled", claimed.id, settlement.type);
  if (settlement.type === "accept" && Math.random() < 0.5) await hear(claimed.id);
}

async function hear(operationId: string): Promise<void> {
  const result = await store.receive("tw", {
    providerId: `SM${operationId}`,
    operationId,
    status: "delivered",
    rank: 5,
    meaning: "delivered",
    code: null,
    message: null,
    at: null,
    dedupeKey: `event-${operationId}`,
    optedOut: null,
  });
  if (result.type === "applied") told("delivered", operationId, "-");
}

told("ready", "-", "-");
await Promise.all([...Array.from({ length: 10 }, caller), worker("w1"), worker("w2")]);
