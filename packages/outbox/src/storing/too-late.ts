/** How an operation ends that waited past its deadline. With an open doubt it is not "not sent": a person must look. */
import { failure } from "@landline/core";
import type { Failure } from "@landline/core";
import type { OperationRecord } from "../ports/index.ts";

/** The end of what waited too long: the event, why, and the failure it keeps. */
export function tooLate({ history }: Pick<OperationRecord, "history">): {
  readonly event: "park" | "expire";
  readonly reason: "doubt" | null;
  readonly because: string;
  readonly failure: Failure;
} {
  const doubt = history.doubtOpen;
  const because = doubt
    ? "the deadline passed while an earlier attempt may have been executed"
    : "the deadline passed before it could be sent";
  const what = failure({
    kind: "expired",
    shape: "transport",
    execution: doubt ? "unknown" : "not_executed",
    remedy: doubt ? "reconcile" : "none",
    responsible: "nobody",
    message: because,
    guidance: doubt
      ? "Ask the provider whether it was sent, then resolve it as sent or not sent."
      : "Send it again with a later deadline if it still matters.",
  });
  return { event: doubt ? "park" : "expire", reason: doubt ? "doubt" : null, because, failure: what };
}
