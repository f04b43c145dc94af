/**
 * `POST /v1/operations/batch`: up to a thousand operations, one commit, an answer for each in order. A fault of one
 * harms none of the others.
 */
import { isIdempotencyKey, isRecord } from "@landline/core";
import type { EnqueueRequest } from "@landline/outbox";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { badKey } from "../middleware/idempotency-key.ts";
import type { Caller } from "../permissions.ts";
import type { ErrorEnvelope, Problem } from "../reply.ts";
import { envelope, invalid, json, problem, problemStatus, unavailable } from "../reply.ts";
import { readOperationRequest } from "../schemas/operation-request.ts";
import type { Reader } from "../schemas/reading.ts";
import { fault } from "../schemas/reading.ts";
import type { WireOperation } from "../wire/operation.ts";
import { toWireNew } from "../wire/operation.ts";
import { batchDocument } from "./documents.ts";
import { enqueueRequest, outsideScope, refusalOf, traceparentOf } from "./enqueue.ts";
import type { RoutePorts } from "./ports.ts";

/** Most operations of one batch. */
const batchLengthMax = 1_000;

/** One answer of a batch. */
interface BatchResult {
  readonly status: number;
  readonly operation?: WireOperation;
  /** True when the key and the request were known already. */
  readonly replayed?: true;
  readonly error?: ErrorEnvelope;
}

/** The route. */
export function batchRoute(ports: RoutePorts): Route {
  return route({
    method: "POST",
    path: "/v1/operations/batch",
    access: "create",
    document: batchDocument,
    body: { type: "json", optional: false, bytesMax: ports.limits.batchBytesMax, read: readBatch },
    answer: async ({ request, requestId, caller, body }) => {
      if (ports.isDraining())
        return unavailable("This gateway is shutting down: repeat the request with the same keys");
      const traceparent = traceparentOf(request.headers);
      const asked = body.map((item) => readItem(item, caller, traceparent, ports));
      const accepted = asked.filter((item): item is EnqueueRequest => !("type" in item));
      const made = accepted.length === 0 ? [] : await ports.outbox.enqueueMany(accepted);
      let next = 0;
      const results = asked.map((item): BatchResult => {
        if ("type" in item) return refused(item, requestId);
        const result = made[next];
        next += 1;
        if (result === undefined) throw new Error("the outbox answered fewer results than it was given requests");
        if (result.type !== "accepted") return refused(refusalOf(result), requestId);
        return { status: 202, operation: toWireNew(result.operation), ...(result.replayed ? { replayed: true } : {}) };
      });
      return json(200, { results });
    },
  });
}

const readBatch: Reader<readonly unknown[]> = (value) => {
  if (!isRecord(value)) return fault("", "must be a JSON object");
  const stranger = Object.keys(value).find((name) => name !== "operations");
  if (stranger !== undefined) return fault(stranger, "is not a known field");
  const { operations } = value;
  if (!Array.isArray(operations))
    return fault("operations", operations === undefined ? "is required" : "must be a list");
  if (operations.length > batchLengthMax)
    return fault("operations", `must not have more than ${batchLengthMax} entries`);
  return { ok: true, value: operations };
};

function readItem(
  item: unknown,
  caller: Caller,
  traceparent: string | null,
  ports: RoutePorts,
): EnqueueRequest | Problem {
  const reading = readOperationRequest(item, "idempotency_key");
  const key = isRecord(item) ? item["idempotency_key"] : undefined;
  if (isRecord(item) && (key === undefined || key === null || key === ""))
    return problem("IDEMPOTENCY_KEY_REQUIRED", "idempotency_key is required", { field: "idempotency_key" });
  if (!reading.ok) return reading.problem;
  if (!isIdempotencyKey(key)) return badKey("idempotency_key");
  if (JSON.stringify(item).length > ports.limits.operationBytesMax)
    return invalid("input", `The operation is longer than ${ports.limits.operationBytesMax} characters`);
  const asked = enqueueRequest(caller, key, traceparent, reading.value, reading.value);
  const foreign = outsideScope(caller, asked, ports);
  return foreign === null ? asked : { ...foreign, code: "VALIDATION_ERROR" };
}

function refused(refusal: Problem, requestId: string): BatchResult {
  return { status: problemStatus[refusal.code], error: envelope(refusal, requestId) };
}
