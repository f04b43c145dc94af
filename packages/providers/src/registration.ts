/** What a provider folder hands to the registry. */
import type { ConfigFault, Provider } from "@landline/core";

/** What a provider folder contributes to the registry. */
export interface Registration {
  readonly name: string;
  /** Every fault of an account's configuration; `policy` and `limits` are not the provider's business. */
  faults(config: unknown, path: string): readonly ConfigFault[];
  /** Builds the provider; only called with a configuration without faults. */
  create(config: Record<string, unknown>): Provider;
  /** What can be said about failures without any account. */
  readonly explaining: ExplainingProvider;
}

/** As much of a provider as explaining a failure needs. */
export type ExplainingProvider = Pick<Provider, "name" | "errors" | "explain">;
