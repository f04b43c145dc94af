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

/**
 * The instant after which nothing is sent: an explicit one as it is, else the policy's, counted from acceptance or,
 * for what is scheduled, from the instant it may start. Everything in epoch milliseconds, `policyMs` a duration.
 */
export function effectiveDeadline(
  createdAt: number,
  explicit: number | null,
  policyMs: number,
  notBefore: number | null = null,
): number {
  return explicit ?? Math.max(createdAt, notBefore ?? createdAt) + policyMs;
}
