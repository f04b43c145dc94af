/** How an account is doing, in a word. */
import type { Account } from "../api/types.ts";
import type { Tone } from "../words.ts";
import { ToneBadge } from "./badge.tsx";

const words: Readonly<Record<Account["state"], readonly [string, Tone]>> = {
  ok: ["Sending", "ok"],
  paused: ["Paused", "late"],
  blocked: ["Blocked", "fail"],
  incident: ["Incident", "fail"],
};

/** A badge. */
export function AccountBadge({ state }: { readonly state: Account["state"] }) {
  const [label, tone] = words[state];
  return <ToneBadge tone={tone}>{label}</ToneBadge>;
}
