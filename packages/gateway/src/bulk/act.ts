/** Doing one thing to one member of bulk work, exactly as a person would: with an actor, a reason and a version. */
import type { Outbox, VerbResult } from "@landline/outbox";
import type { BulkMember, BulkRecord, BulkResult } from "./record.ts";

/** The actor that operations' histories name: the person and the work. */
function bulkActor(record: Pick<BulkRecord, "id" | "actor">): string {
  return `${record.actor} (${record.id})`;
}

/** Decides one member. An exception of the store is not caught: the work waits and tries again. */
export async function act(outbox: Outbox, record: BulkRecord, [id, version]: BulkMember): Promise<BulkResult> {
  const context = { actor: bulkActor(record), reason: record.reason, version };
  return resultOf(outbox, id, context.actor, await verbOf(outbox, record, id, context));
}

async function verbOf(
  outbox: Outbox,
  { action }: BulkRecord,
  id: string,
  context: { readonly actor: string; readonly reason: string; readonly version: number },
): Promise<VerbResult> {
  switch (action) {
    case "retry":
      return outbox.retry(id, context);
    case "discard":
      return outbox.discard(id, context);
    case "cancel":
      return outbox.cancel(id, context);
    case "reconcile":
      return outbox.reconcile(id, context);
    case "fallback":
      return outbox.fallback(id, {}, context);
    default:
      return action satisfies never;
  }
}

async function resultOf(outbox: Outbox, id: string, actor: string, result: VerbResult): Promise<BulkResult> {
  switch (result.type) {
    case "done":
      return { id, status: "done", message: null, child_id: result.child?.id ?? null };
    case "not_found":
      return { id, status: "not_found", message: "there is no such operation", child_id: null };
    case "invalid":
      return { id, status: "invalid", message: result.message, child_id: null };
    case "conflict": {
      // A crash between the verb and its record: what refuses us now is what we did ourselves.
      const story = await outbox.story(id);
      const wasUs = story?.history.some((line) => line.actor === actor) === true;
      return wasUs
        ? { id, status: "done", message: null, child_id: story?.childIds.at(-1) ?? null }
        : { id, status: "conflict", message: result.message, child_id: null };
    }
    default:
      return result satisfies never;
  }
}
