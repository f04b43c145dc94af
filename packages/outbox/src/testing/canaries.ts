/**
 * A store lived in by operations full of words that must not be found on its disk, for the stores' own tests: every way a
 * text gets into a store is taken once.
 */
import { createSealer } from "@landline/host";
import type { Sealer, Store } from "../ports/index.ts";
import { attempt, failed, newOperation, receiptEvent, spent } from "./store-conformance/build.ts";

/** A sealer with these keys, each made of one repeated byte; the first seals. */
export function sealerOf(...fills: readonly number[]): Sealer {
  return createSealer(fills.map((fill) => new Uint8Array(32).fill(fill)));
}

/** Words that say something of a person or a message. None may stand on a disk where texts are sealed. */
export const canaries = [
  "canary-body",
  "canary-metadata",
  "canary-fallback",
  "canary-answer",
  "canary-message",
  "canary-guidance",
  "canary-receipt",
  "canary-fixed",
  "canary-document",
  "+14155550199",
  "canary@example.com",
  "canary-fingerprint",
  "canary-digest",
] as const;

const [body, metadata, fallback, answer, message, guidance, receipt, fixed, document, number, email] = canaries;

/**
 * Lives through a refusal, a doubt, a correction, receipts known and unknown, an opt-out and a document.
 * @returns the id of an operation whose story has them all
 */
export async function liveWithCanaries(store: Store): Promise<string> {
  const now = await store.now();
  const operation = newOperation(now, {
    input: { To: number, Body: body },
    metadata: { note: metadata },
    fallback: [{ account: "rc", operation: "messages.send", input: { body: fallback } }],
    recipient: number,
    subject: email,
    reference: "order_1",
    fingerprint: "canary-fingerprint",
  });
  await store.insert(operation);
  await store.insertMany([newOperation(now, { input: { Body: body }, recipient: number })]);
  const failure = { ...failed("invalid_request", "21211"), message, guidance };
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane: operation.lane, limit: 1 }], leaseMs: 60_000 });
  if (claimed?.id !== operation.id) throw new Error("the operation was not claimed");
  await store.start(claimed, { number: 1, requestDigest: "canary-digest" });
  const ended = { ...attempt(1, now, "rejected", failure), body: answer };
  const because = "would be refused again";
  await store.settle(claimed, {
    type: "park",
    reason: "rejected",
    because,
    failure,
    history: spent(1, now),
    attempt: ended,
  });
  const event = { ...receiptEvent("progress", 1, { operationId: operation.id }), message: receipt, optedOut: number };
  await store.receive("tw", event, { ...failure, code: "30003" });
  const unknown = { ...receiptEvent("progress", 1, { operationId: "op_unknown" }), message: receipt, optedOut: number };
  await store.receive("tw", { ...unknown, optedIn: number }, failure);
  await store.optOut("tw", number, "21610");
  await store.putDocument("bulk", "b1", { query: { to: number }, note: document });
  await store.addDocument("bulk", "b2", { note: document });
  const parked = await store.get(operation.id);
  await store.command({
    type: "supersede",
    id: operation.id,
    version: parked?.version ?? null,
    actor: "ada",
    reason: "a typing error",
    how: "fix",
    child: newOperation(now, { input: { Body: fixed }, recipient: number, parentId: operation.id }),
  });
  return operation.id;
}

/** Which canaries stand in these bytes or texts. */
export function canariesIn(disk: readonly (string | Uint8Array)[]): readonly string[] {
  const decoder = new TextDecoder("latin1");
  const texts = disk.map((piece) => (typeof piece === "string" ? piece : decoder.decode(piece)));
  return canaries.filter((canary) => texts.some((text) => text.includes(canary)));
}
