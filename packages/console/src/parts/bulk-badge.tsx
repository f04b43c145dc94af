/** How bulk work is doing, in a word. */
import type { Bulk } from "../api/types.ts";
import type { Tone } from "../words.ts";
import { ToneBadge } from "./badge.tsx";

const words: Readonly<Record<Bulk["state"], readonly [string, Tone]>> = {
  awaiting_approval: ["Waits for a second person", "doubt"],
  running: ["Running", "wait"],
  paused: ["Paused", "late"],
  completed: ["Done", "ok"],
  cancelled: ["Cancelled", "off"],
  rejected: ["Refused by a second person", "off"],
};

/** A badge. */
export function BulkBadge({ bulk: { state, failed } }: { readonly bulk: Bulk }) {
  if (state === "completed" && failed > 0) return <ToneBadge tone="late">Done, some not</ToneBadge>;
  const [label, tone] = words[state];
  return <ToneBadge tone={tone}>{label}</ToneBadge>;
}
