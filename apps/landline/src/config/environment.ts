/**
 * Replaces `{ "env": "NAME" }` by the variable's value, anywhere in a configuration.
 *
 * A missing or empty variable is a fault that names the variable, never a silent empty secret. Variables are texts; where
 * the configuration wants a number, a text that is one becomes one, and is no secret.
 */
import type { ConfigFault } from "@landline/core";
import { isRecord } from "@landline/core";

/** A configuration without references to the environment, and what was filled in. */
export interface ResolvedEnvironment {
  readonly value: unknown;
  readonly faults: readonly ConfigFault[];
  /** Values that came from the environment: treated as secrets. */
  readonly filled: readonly string[];
}

/** Where the configuration wants a number. */
const numeric =
  /^(http\.port|http\.rateLimit\.\w+|apiKeys\[\d+\]\.rateLimit\.\w+|concurrency|review\.approval\.above|accounts\.[^.]+\.limits\.\w+|(accounts\.[^.]+\.)?policy\.(attemptsMax|backoff\.(factor|jitter)))$/;

/**
 * Resolves every reference.
 * @param value any JSON-like value
 * @param environment variables by name
 */
export function resolveEnvironment(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedEnvironment {
  const faults: ConfigFault[] = [];
  const filled: string[] = [];
  const walk = (node: unknown, path: string): unknown => {
    if (Array.isArray(node)) return node.map((item, index) => walk(item, `${path}[${index}]`));
    if (!isRecord(node)) return node;
    const name = node["env"];
    if (typeof name === "string" && Object.keys(node).length === 1) {
      const found = environment[name];
      if (found === undefined || found === "") {
        faults.push({ path, message: `needs the environment variable ${name}, which is not set` });
        return "";
      }
      if (numeric.test(path) && /^-?\d{1,15}(\.\d{1,15})?$/.test(found)) return Number(found);
      filled.push(found);
      return found;
    }
    return Object.fromEntries(
      Object.entries(node).map(([key, item]) => [key, walk(item, path === "" ? key : `${path}.${key}`)]),
    );
  };
  return { value: walk(value, ""), faults, filled };
}
