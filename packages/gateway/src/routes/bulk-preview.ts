/** `POST /v1/bulk/preview`: what bulk work would do. */
import type { z } from "zod";
import { previewBulk } from "../bulk/preview.ts";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { sees } from "../permissions.ts";
import { json } from "../reply.ts";
import { bulkPreviewRequestSchema } from "../schemas/bulk.schema.ts";
import { zodReader } from "../schemas/reading.ts";
import { isMasked, showSummary } from "../wire/show.ts";
import { previewBulkDocument } from "./bulk-documents.ts";
import { defaultRate, readBulkQuery } from "./bulk.ts";
import type { RoutePorts } from "./ports.ts";

/** Operations shown where nobody says how many. */
const defaultSample = 10;

/** The route. It asks for much and writes nothing, so it needs the role that may do what it shows. */
export function bulkPreviewRoute({ outbox, host, redactor, limits }: RoutePorts): Route {
  return route<z.output<typeof bulkPreviewRequestSchema>>({
    method: "POST",
    path: "/v1/bulk/preview",
    access: "administer",
    document: previewBulkDocument,
    body: { type: "json", optional: false, bytesMax: limits.bodyBytesMax, read: zodReader(bulkPreviewRequestSchema) },
    answer: async (call) => {
      const { caller, body } = call;
      const filter = readBulkQuery(call);
      if (!filter.ok) return filter.problem;
      const asked = { action: body.action, filter: filter.value, sample: body.limit_sample ?? defaultSample };
      const preview = await previewBulk(outbox, host, caller, asked);
      const { total } = preview;
      return json(200, {
        total,
        will_act: preview.willAct,
        skipped: preview.skipped,
        by_reason: preview.byReason.map(({ state, parkedReason, count }) => ({
          state,
          parked_reason: parkedReason,
          count,
        })),
        sample: preview.sample
          .filter((operation) => sees(caller, operation))
          .map((operation) => showSummary(operation, redactor, isMasked(caller))),
        approval_required: limits.approvalAbove !== null && total > limits.approvalAbove,
        too_many: total > limits.bulkMembersMax,
        seconds: Math.ceil(total / (body.rate ?? defaultRate)),
      });
    },
  });
}
