/** `POST /v1/operations`: the hot path. Durable before the 202. */
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { idempotencyKeyOf } from "../middleware/idempotency-key.ts";
import { readOperationRequest } from "../schemas/operation-request.ts";
import { createOperationDocument } from "./documents.ts";
import { enqueueOne, enqueueRequest, traceparentOf } from "./enqueue.ts";
import type { RoutePorts } from "./ports.ts";

/** The route. */
export function createOperationRoute(ports: RoutePorts): Route {
  return route({
    method: "POST",
    path: "/v1/operations",
    access: "create",
    document: createOperationDocument,
    body: {
      type: "json",
      optional: false,
      bytesMax: Math.min(ports.limits.bodyBytesMax, ports.limits.operationBytesMax),
      read: readOperationRequest,
    },
    before: ({ request }) => {
      const key = idempotencyKeyOf(request.headers);
      return typeof key === "string" ? null : key;
    },
    answer: async ({ request, caller, body }) => {
      // Looked at before the body was read; here only its type is not known any more.
      const idempotencyKey = request.headers.get("idempotency-key") ?? "";
      const asked = enqueueRequest(caller, idempotencyKey, traceparentOf(request.headers), body, body);
      return enqueueOne(caller, asked, ports);
    },
  });
}
