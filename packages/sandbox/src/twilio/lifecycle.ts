/**
 * How messages and calls move on: a status is a function of age, so nothing has to tick and a restart changes nothing.
 */

/** One status and when it begins, in milliseconds after creation. */
export interface Step {
  readonly status: string;
  readonly atMs: number;
  /** The error code that comes with it, or null. */
  readonly code: number | null;
}

/** Milliseconds from one status to the next. */
export interface Pace {
  readonly stepMs: number;
}

/** Codes of which Twilio says that the carrier was tried: `undelivered` instead of `failed`. */
const tried = new Set([30003, 30004, 30005, 30006, 30007, 30008, 30017]);

/**
 * The life of a message.
 * @param first `queued`, `accepted` (Messaging Service) or `scheduled`
 * @param startMs milliseconds until it leaves a schedule; 0 without one
 * @param code the code of its failure, or null when it will be delivered
 */
export function messageSteps(first: string, startMs: number, pace: Pace, code: number | null): readonly Step[] {
  const words = first === "queued" ? ["sending"] : ["queued", "sending"];
  if (code === null) words.push("sent", "delivered");
  else if (tried.has(code)) words.push("sent", "undelivered");
  else words.push("failed");
  return steps(first, words, startMs, pace, code);
}

/** The life of a call that ends in `ending` (`completed`, `busy`, `no-answer`, `failed`). */
export function callSteps(pace: Pace, ending: string): readonly Step[] {
  switch (ending) {
    case "completed":
      return steps("queued", ["ringing", "in-progress", "completed"], 0, pace, null);
    case "failed":
      return steps("queued", ["failed"], 0, pace, null);
    default:
      return steps("queued", ["ringing", ending], 0, pace, null);
  }
}

function steps(first: string, words: readonly string[], startMs: number, pace: Pace, code: number | null): Step[] {
  const later = words.map((status, index): Step => {
    const last = index === words.length - 1;
    return { status, atMs: startMs + (index + 1) * pace.stepMs, code: last ? code : null };
  });
  return [{ status: first, atMs: 0, code: null }, ...later];
}

/** The step that holds at `ageMs`. */
export function stepAt(life: readonly Step[], ageMs: number): Step {
  let current: Step = life[0] ?? { status: "queued", atMs: 0, code: null };
  for (const step of life) if (step.atMs <= ageMs) current = step;
  return current;
}

/** The age in milliseconds at which `status` began, or null when it has not. */
export function beganAt(life: readonly Step[], status: string, ageMs: number): number | null {
  return life.find((step) => step.status === status && step.atMs <= ageMs)?.atMs ?? null;
}
