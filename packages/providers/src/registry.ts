/**
 * Every provider by name, for those who build providers from a configuration and not from code.
 *
 * A new provider adds one line here. Whoever needs one provider only imports it by its own path and pays for no other.
 */
import type { ConfigFault, Provider } from "@landline/core";
import { isRecord } from "@landline/core";
import { noticiaRegistration } from "./noticia/registration.ts";
import { redCloudRegistration } from "./red-cloud/registration.ts";
import type { ExplainingProvider, Registration } from "./registration.ts";
import { twilioRegistration } from "./twilio/registration.ts";

const registrations: ReadonlyMap<string, Registration> = new Map(
  [twilioRegistration, redCloudRegistration, noticiaRegistration].map((registration) => [
    registration.name,
    registration,
  ]),
);

/** Names as they stand in `accounts.*.provider`. */
export const providerNames: readonly string[] = [...registrations.keys()];

/**
 * Checks one entry of `accounts`.
 * @param config the entry, with every `{ env }` already resolved, without `policy` and `limits`
 * @param path prefix of the paths in faults, such as `accounts.tw`
 */
export function accountFaults(config: unknown, path: string): readonly ConfigFault[] {
  if (!isRecord(config)) return [{ path, message: "must be an object" }];
  const registration = registrationOf(config);
  if (registration !== null) return registration.faults(config, path);
  return [{ path: `${path}.provider`, message: `must be one of ${providerNames.join(", ")}` }];
}

/**
 * Builds the provider of one entry of `accounts`.
 * @throws RangeError when {@link accountFaults} finds a fault
 */
export function fromAccount(config: Record<string, unknown>): Provider {
  const registration = registrationOf(config);
  const [fault] = accountFaults(config, "account");
  if (registration === null || fault !== undefined)
    throw new RangeError(fault === undefined ? "unknown provider" : `${fault.path} ${fault.message}`);
  return registration.create(config);
}

/** A provider to explain failures with, or null for an unknown name. */
export function providerForExplaining(name: string): ExplainingProvider | null {
  return registrations.get(name)?.explaining ?? null;
}

function registrationOf(config: Record<string, unknown>): Registration | null {
  const name = config["provider"];
  return typeof name === "string" ? (registrations.get(name) ?? null) : null;
}
