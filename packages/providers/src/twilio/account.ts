/** What every operation of one account needs to know. */
import type { Endpoints } from "./endpoints.ts";

/** One account, resolved from its options. */
export interface Account {
  readonly endpoints: Endpoints;
  /** `…/2010-04-01/Accounts/AC…`, without a trailing slash. */
  readonly accountUrl: string;
  readonly from: string | null;
  readonly statusCallback: string | null;
  /** Milliseconds. */
  readonly lookupSettleMs: number;
}
