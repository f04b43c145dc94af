/**
 * A policy as a configuration file writes it: core's policy, but with durations as texts only.
 *
 * In code a number of milliseconds is as clear as its type says. In a file `"deadline": 60` is meant as a minute by one
 * reader in two, and would expire every message after 60 ms; so a number without a unit is a fault here.
 */
import type { ConfigFault, Policy, PolicyReading } from "@landline/core";
import { isRecord, parsePolicy } from "@landline/core";

/**
 * Reads a policy.
 * @param input what the file says; nothing changes nothing
 * @param over what applies where the input is silent
 * @param path prefix of the paths in faults
 * @returns the merged policy, or every fault at once
 */
export function readPolicy(input: unknown, over: Policy, path: string): PolicyReading {
  const reading = parsePolicy(input, over, path);
  const unitless = faultsOfNumbers(input, path);
  if (unitless.length === 0) return reading;
  const known = new Set(unitless.map((fault) => fault.path));
  const others = reading.ok ? [] : reading.faults.filter((fault) => !known.has(fault.path));
  return { ok: false, faults: [...others, ...unitless] };
}

function faultsOfNumbers(input: unknown, path: string): readonly ConfigFault[] {
  const policy = isRecord(input) ? input : {};
  const backoff = isRecord(policy["backoff"]) ? policy["backoff"] : {};
  return [
    ...["totalWaitMax", "attemptTimeout", "deadline"].map((key) => [`${path}.${key}`, policy[key]] as const),
    ...["base", "max"].map((key) => [`${path}.backoff.${key}`, backoff[key]] as const),
  ].flatMap(([at, value]) =>
    typeof value === "number"
      ? [{ path: at, message: `must be a duration with its unit, such as "15s", not ${value}` }]
      : [],
  );
}
