/**
 * Deadlines are instants (epoch milliseconds), timeouts are durations. An operation whose deadline has passed is not
 * sent, however close it was: a one-time password that arrives late is worse than none.
 */

/** True when nothing may be started any more at `now`. */
export function isPast(deadline: number | null, now: number): boolean {
  return deadline !== null && now >= deadline;
}

/** The time an attempt may take: the policy's timeout, cut at the deadline. Never negative. */
export function timeLeft(deadline: number | null, now: number, timeoutMs: number): number {
  if (deadline === null) return timeoutMs;
  return Math.max(0, Math.min(timeoutMs, deadline - now));
}

/** The earlier of an explicit deadline and the policy's, counted from acceptance. */
export function effectiveDeadline(createdAt: number, explicit: number | null, policyMs: number): number {
  const byPolicy = createdAt + policyMs;
  return explicit === null ? byPolicy : explicit;
}
