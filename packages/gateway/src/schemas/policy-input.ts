/** A retry policy on the wire: the configuration's words in snake_case, and the configuration's own check. */
import type { PolicyInput } from "@landline/core";
import { isRecord, parsePolicy } from "@landline/core";
import type { Read } from "./reading.ts";
import { fault } from "./reading.ts";

const names: Readonly<Record<string, string>> = {
  attempts_max: "attemptsMax",
  backoff: "backoff",
  total_wait_max: "totalWaitMax",
  attempt_timeout: "attemptTimeout",
  deadline: "deadline",
  guarantee: "guarantee",
};

/** Reads a partial policy (`{attempts_max, backoff: {base, factor, max, jitter}, total_wait_max, …}`). */
export function readPolicy(value: unknown): Read<PolicyInput> {
  if (!isRecord(value)) return fault("policy", "must be an object");
  const input: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const inner = Object.hasOwn(names, name) ? names[name] : undefined;
    if (inner === undefined) return fault(`policy.${name}`, "is not a known field");
    input[inner] = item;
  }
  const reading = parsePolicy(input);
  if (reading.ok) return { ok: true, value: input };
  const [first] = reading.faults;
  return fault(snake(first?.path ?? "policy"), first?.message ?? "is not allowed");
}

/** `policy.attemptsMax` → `policy.attempts_max`. */
export function snake(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
