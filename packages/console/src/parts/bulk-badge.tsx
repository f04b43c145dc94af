/** How bulk work is doing, in a word. */
import type { Bulk } from "../api/types.ts";
import { ToneBadge } from "./badge.tsx";

/** A badge. */
export function BulkBadge({ bulk }: { readonly bulk: Bulk }) {
  if (bulk.state === "running") return <ToneBadge tone="wait">Running</ToneBadge>;
  if (bulk.state === "cancelled") return <ToneBadge tone="off">Cancelled</ToneBadge>;
  return bulk.failed === 0 ? <ToneBadge tone="ok">Done</ToneBadge> : <ToneBadge tone="late">Done, some not</ToneBadge>;
}
