/**
 * Finds, reads and checks a configuration. All faults are reported at once, each with its path; no secret is shown.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ConfigFault } from "@landline/core";
import { defaultPolicy, isRecord } from "@landline/core";
import { readAccount } from "./account.ts";
import { ConfigError } from "./config-error.ts";
import { resolveEnvironment } from "./environment.ts";
import { importFrom } from "./import-from.ts";
import { readEncryption } from "./read-encryption.ts";
import { readOidc, scopeFaults } from "./read-oidc.ts";
import { readPolicy } from "./read-policy.ts";
import { fileSchema } from "./schema.ts";
import type { ConfigFile } from "./schema.ts";
import type {
  AccountConfig,
  AlertConfig,
  ApiKeyConfig,
  Config,
  RateLimitConfig,
  RouteStep,
  StoreConfig,
} from "./types.ts";

const fileNames = ["landline.config.ts", "landline.config.js", "landline.config.json"];

/**
 * Loads a configuration.
 * @param file the path given by a person, or null to look in `directory`
 * @returns the checked configuration; without any file the defaults (no accounts)
 * @throws {ConfigError} with all faults
 */
export async function loadConfig(
  file: string | null,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<Config> {
  const found =
    file === null
      ? fileNames.map((name) => join(directory, name)).find((name) => existsSync(name))
      : resolve(directory, file);
  if (found === undefined) return checkConfig({}, null, directory, environment);
  return checkConfig(await readConfigFile(found), found, dirname(found), environment);
}

async function readConfigFile(file: string): Promise<unknown> {
  if (!existsSync(file))
    throw new ConfigError(file, [{ path: "", message: "does not exist; give another one with --config FILE" }]);
  if (!file.endsWith(".json")) {
    try {
      const module: unknown = await importFrom(pathToFileURL(file).href);
      const value = isModule(module) ? module.default : undefined;
      if (value === undefined) throw new Error("it has no default export");
      return value;
    } catch (error) {
      throw new ConfigError(file, [{ path: "", message: `cannot be loaded: ${firstLine(error)}` }]);
    }
  }
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new ConfigError(file, [{ path: "", message: `is not valid JSON: ${withoutExcerpt(firstLine(error))}` }]);
  }
}

/** Checks a configuration object. See {@link loadConfig}. */
export function checkConfig(
  source: unknown,
  file: string | null,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Config {
  const resolved = resolveEnvironment(source, environment);
  const faults: ConfigFault[] = [...resolved.faults];
  const add = (found: readonly ConfigFault[]): void => {
    // A variable that is not set is one fault, not also an empty value.
    for (const fault of found) if (!faults.some((known) => known.path === fault.path)) faults.push(fault);
  };
  const parsed = fileSchema.safeParse(resolved.value);
  if (!parsed.success) add(parsed.error.issues.flatMap(faultsOfIssue));

  const raw = isRecord(resolved.value) ? resolved.value : {};
  const policyReading = readPolicy(raw["policy"], defaultPolicy, "policy");
  const policy = policyReading.ok ? policyReading.policy : defaultPolicy;
  if (!policyReading.ok) add(policyReading.faults);

  const accounts = new Map<string, AccountConfig>();
  for (const [name, account] of Object.entries(isRecord(raw["accounts"]) ? raw["accounts"] : {})) {
    const reading = readAccount(name, account, policy);
    add(reading.faults);
    if (reading.account !== null) accounts.set(name, reading.account);
  }
  const accountNames = new Set(Object.keys(isRecord(raw["accounts"]) ? raw["accounts"] : {}));
  add(routeFaults(raw["routes"], accountNames));
  add(scopeFaults(raw["oidc"], accountNames));
  if (!parsed.success) throw new ConfigError(file, faults);

  const value = parsed.data;
  const routes = new Map(Object.entries(value.routes).map(([name, steps]) => [name, steps.map(readStep)]));
  add(duplicateNames(value.apiKeys));
  add(
    value.apiKeys.flatMap(({ name }, index) =>
      name.startsWith("oidc:")
        ? [{ path: `apiKeys[${index}].name`, message: "must not begin with oidc:, which is for people who sign in" }]
        : [],
    ),
  );
  if (faults.length > 0) throw new ConfigError(file, faults);

  const encryption = readEncryption(value.encryption);
  return {
    file,
    store: { ...readStore(value.store, directory), ...(encryption === null ? {} : { encryption }) },
    http: {
      ...value.http,
      publicUrl: value.http.publicUrl?.replace(/\/+$/, "") ?? null,
      traceUrl: value.http.traceUrl ?? null,
      rateLimit: readRateLimit(value.http.rateLimit),
    },
    apiKeys: value.apiKeys.map(({ accounts: only, rateLimit, ...key }): ApiKeyConfig => ({
      ...key,
      ...(only === undefined ? {} : { accounts: only }),
      rateLimit: readRateLimit(rateLimit),
    })),
    oidc: readOidc(value.oidc),
    accounts,
    routes,
    policy,
    alerts: value.alerts.map(readAlert),
    retentionMs: Math.max(value.retention.operations, value.retention.idempotency),
    review: { approvalAbove: value.review.approval?.above ?? null },
    concurrency: value.concurrency,
    secrets: [
      ...new Set([
        ...resolved.filled,
        ...value.apiKeys.map((key) => key.key),
        ...[...accounts.values()].flatMap((account) => account.provider.secrets),
        ...value.alerts.flatMap(secretsOfAlert),
        ...(value.encryption === undefined ? [] : [value.encryption.key, ...value.encryption.oldKeys]),
        ...(value.oidc?.clientSecret === undefined ? [] : [value.oidc.clientSecret]),
      ]),
    ],
  };
}

/** Without a burst, as many at once as in one second. */
function readRateLimit(
  limit: { readonly perSecond: number; readonly burst?: number | undefined } | undefined,
): RateLimitConfig | null {
  if (limit === undefined) return null;
  return { perSecond: limit.perSecond, burst: limit.burst ?? Math.max(1, Math.ceil(limit.perSecond)) };
}

/** Steps that name an account nobody configured. What is not a list of texts is the schema's business. */
function routeFaults(routes: unknown, accounts: ReadonlySet<string>): readonly ConfigFault[] {
  return Object.entries(isRecord(routes) ? routes : {}).flatMap(([name, steps]) =>
    (Array.isArray(steps) ? steps : []).flatMap((step, index): ConfigFault[] => {
      if (typeof step !== "string" || accounts.has(readStep(step).account)) return [];
      const message = `names the account "${readStep(step).account}", which is not configured`;
      return [{ path: `routes.${name}[${index}]`, message }];
    }),
  );
}

function readStep(step: string): RouteStep {
  const [account = step, channel = null] = step.split(":");
  return { account, channel };
}

function readStore(store: string, directory: string): StoreConfig {
  if (!store.startsWith("sqlite:")) return { type: "postgres", url: store };
  return { type: "sqlite", path: resolve(directory, store.slice("sqlite:".length)) };
}

function readAlert(alert: NonNullable<ConfigFile["alerts"]>[number]): AlertConfig {
  switch (alert.to) {
    case "webhook":
      return { to: "webhook", url: alert.url, secret: alert.secret ?? null };
    case "pagerduty":
      return { to: "pagerduty", routingKey: alert.routingKey, url: alert.url ?? null };
    case "slack":
    case "sentry":
      return alert;
    default:
      return alert satisfies never;
  }
}

function secretsOfAlert(alert: NonNullable<ConfigFile["alerts"]>[number]): string[] {
  switch (alert.to) {
    case "webhook":
      return alert.secret === undefined ? [] : [alert.secret];
    case "pagerduty":
      return [alert.routingKey];
    case "slack":
      return [alert.url];
    case "sentry":
      return [alert.dsn];
    default:
      return alert satisfies never;
  }
}

function duplicateNames(keys: readonly { readonly name: string; readonly key: string }[]): readonly ConfigFault[] {
  // Two keys with one name are a rotation in progress; the same key under two names is a mistake.
  return keys.flatMap((key, index) =>
    keys.findIndex((other) => other.key === key.key) < index
      ? [{ path: `apiKeys[${index}].key`, message: "is used by another entry" }]
      : [],
  );
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function faultsOfIssue(issue: Issue & { readonly keys?: readonly string[] }): readonly ConfigFault[] {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys" && issue.keys !== undefined) {
    return issue.keys.map((key) => ({ path: path === "" ? key : `${path}.${key}`, message: "is not known" }));
  }
  return [{ path, message: issue.message.replace(/^Invalid input: /, "") }];
}

function pathText(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>(
    (text, part) =>
      typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`,
    "",
  );
}

function isModule(value: unknown): value is { readonly default?: unknown } {
  return typeof value === "object" && value !== null;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

/** JSON.parse quotes the text around a fault, which may be a secret. */
function withoutExcerpt(message: string): string {
  return message.replace(/,? *(\.\.\.)?"[\s\S]*"(\.\.\.)? is not valid JSON$/, "");
}
