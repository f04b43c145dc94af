/**
 * One account of a configuration: the provider's own keys, and how hard to try with it.
 */
import type { ConfigFault, Policy, Provider } from "@landline/core";
import { isRecord } from "@landline/core";
import { accountFaults, fromAccount } from "@landline/providers";
import { readPolicy } from "./read-policy.ts";
import type { AccountConfig, LimitsConfig } from "./types.ts";

/** Keys of an account that are not the provider's business. */
const ownKeys = new Set(["policy", "limits", "operations"]);

/**
 * Reads an account.
 * @param over the policy where the account's is silent
 * @returns every fault at once; the account is null when there is one
 */
export function readAccount(
  name: string,
  source: unknown,
  over: Policy,
): { account: AccountConfig | null; faults: readonly ConfigFault[] } {
  const path = `accounts.${name}`;
  if (!isRecord(source)) return { account: null, faults: [{ path, message: "must be an object" }] };
  const providerPart = Object.fromEntries(Object.entries(source).filter(([key]) => !ownKeys.has(key)));
  const faults: ConfigFault[] = [...accountFaults(providerPart, path)];
  const provider = faults.length === 0 ? fromAccount(providerPart) : null;
  const policy = readPolicy(source["policy"], over, `${path}.policy`);
  if (!policy.ok) faults.push(...policy.faults);
  const limits = readLimits(source["limits"], `${path}.limits`);
  const operations = readOperations(
    source["operations"],
    provider,
    policy.ok ? policy.policy : over,
    `${path}.operations`,
  );
  faults.push(...limits.faults, ...operations.faults);
  if (faults.length > 0 || !policy.ok || provider === null) return { account: null, faults };
  const { policies: operationPolicies } = operations;
  return { account: { name, provider, policy: policy.policy, operationPolicies, limits: limits.limits }, faults };
}

/** `{ "messages.create": { "policy": { … } } }`, each over the account's policy. */
function readOperations(
  source: unknown,
  provider: Provider | null,
  over: Policy,
  path: string,
): { policies: Readonly<Record<string, Policy>>; faults: readonly ConfigFault[] } {
  if (source === undefined) return { policies: {}, faults: [] };
  if (!isRecord(source)) {
    const message = 'must be an object such as { "messages.create": { "policy": { "attemptsMax": 3 } } }';
    return { policies: {}, faults: [{ path, message }] };
  }
  const policies: Record<string, Policy> = {};
  const faults: ConfigFault[] = [];
  for (const [operation, settings] of Object.entries(source)) {
    const here = `${path}.${operation}`;
    if (provider !== null && !Object.hasOwn(provider.operations, operation)) {
      const known = Object.keys(provider.operations).join(", ");
      faults.push({ path: here, message: `is not an operation of ${provider.name}; there are ${known}` });
    } else if (!isRecord(settings)) {
      faults.push({ path: here, message: "must be an object" });
    } else {
      const strangers = Object.keys(settings).filter((key) => key !== "policy");
      faults.push(...strangers.map((key) => ({ path: `${here}.${key}`, message: "is not known; allowed is policy" })));
      const reading = readPolicy(settings["policy"], over, `${here}.policy`);
      if (reading.ok) policies[operation] = reading.policy;
      else faults.push(...reading.faults);
    }
  }
  return { policies, faults };
}

function readLimits(source: unknown, path: string): { limits: LimitsConfig; faults: readonly ConfigFault[] } {
  if (source === undefined) return { limits: {}, faults: [] };
  if (!isRecord(source))
    return {
      limits: {},
      faults: [{ path, message: 'must be an object such as { "ratePerSecond": 10, "concurrency": 20 }' }],
    };
  const faults: ConfigFault[] = [];
  for (const [key, value] of Object.entries(source)) {
    if (key !== "ratePerSecond" && key !== "concurrency")
      faults.push({ path: `${path}.${key}`, message: "is not known; allowed are ratePerSecond, concurrency" });
    else if (typeof value !== "number" || !(value > 0))
      faults.push({ path: `${path}.${key}`, message: "must be a number above 0" });
  }
  return { limits: faults.length === 0 ? source : {}, faults };
}
