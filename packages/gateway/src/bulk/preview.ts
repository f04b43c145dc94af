/**
 * What bulk work would do, before it is asked for: how many exactly, of which kinds, and what would be skipped and why.
 * Operations with one cause share a verdict, judged on the newest of them; each is judged again when its turn comes.
 */
import type { OperationView, Outbox, SelectedOperation } from "@landline/outbox";
import type { GatewayHost } from "../options.ts";
import type { Caller } from "../permissions.ts";
import type { OperationFilter } from "../schemas/filters.ts";
import { selected } from "./freeze.ts";
import type { BulkAction } from "./record.ts";

/** What would be skipped, and why. */
export interface Skipped {
  readonly because: string;
  readonly count: number;
}

/** See the module comment. */
export interface BulkPreview {
  readonly total: number;
  readonly willAct: number;
  readonly skipped: readonly Skipped[];
  readonly byReason: readonly Pick<Cause, "state" | "parkedReason" | "count">[];
  readonly sample: readonly OperationView[];
}

interface Cause extends Pick<SelectedOperation, "state" | "parkedReason"> {
  readonly newest: string;
  count: number;
}

/** Looks; writes nothing. */
export async function previewBulk(
  outbox: Pick<Outbox, "select" | "foresee" | "list">,
  host: Pick<GatewayHost, "after">,
  caller: Caller,
  asked: { readonly action: BulkAction; readonly filter: OperationFilter; readonly sample: number },
): Promise<BulkPreview> {
  const causes = new Map<string, Cause>();
  let total = 0;
  for await (const each of selected(outbox, host, caller, asked.filter)) {
    total += 1;
    const { account, operation, state, parkedReason, kind, code } = each;
    const key = [account, operation, state, parkedReason, kind, code].join("\n");
    const cause = causes.get(key);
    if (cause === undefined) causes.set(key, { newest: each.id, state, parkedReason, count: 1 });
    else cause.count += 1;
  }
  const skipped = new Map<string, number>();
  const byReason = new Map<string, Cause>();
  for (const cause of causes.values()) {
    const refusal = await outbox.foresee(asked.action, cause.newest);
    if (refusal !== null) skipped.set(refusal, (skipped.get(refusal) ?? 0) + cause.count);
    const key = `${cause.state} ${cause.parkedReason ?? ""}`;
    const known = byReason.get(key);
    if (known === undefined) byReason.set(key, { ...cause });
    else known.count += cause.count;
  }
  const page = await outbox.list(asked.filter, { limit: asked.sample, cursor: null });
  const willSkip = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  return {
    total,
    willAct: total - willSkip,
    skipped: [...skipped]
      .map(([because, count]) => ({ because, count }))
      .toSorted((left, right) => right.count - left.count),
    byReason: [...byReason.values()]
      .map(({ state, parkedReason, count }) => ({ state, parkedReason, count }))
      .toSorted((left, right) => right.count - left.count),
    sample: page === "bad_cursor" ? [] : page.operations,
  };
}
