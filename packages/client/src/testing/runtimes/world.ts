/**
 * The provider that misbehaves, steered over HTTP, so that a client in any runtime can be put before it: a browser cannot
 * reach into the process that serves it.
 */
import type { Behaviour, Received } from "../flaky-server.ts";

/** What really happened at the provider. */
export interface Ledger {
  readonly received: readonly Received[];
  readonly effects: readonly { readonly id: string; readonly body: string }[];
}

/** The provider, seen from the runtime that is tested. */
export interface World {
  readonly url: string;
  /** Nothing listens there. */
  readonly closedUrl: string;
  /** Forgets everything; the next requests are treated like this, GETs apart from all others. */
  begin(others: readonly Behaviour[], gets?: readonly Behaviour[]): Promise<void>;
  ledger(): Promise<Ledger>;
}

/** What the control server says of itself. */
export interface Addresses {
  readonly url: string;
  readonly closedUrl: string;
}

/** The world behind a control server's address. */
export async function worldAt(control: string): Promise<World> {
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return (await fetch(`${control}/${path}`, init)).json();
  };
  const addresses = (await ask("addresses")) as Addresses;
  return {
    ...addresses,
    begin: async (others, gets = []) => {
      await ask("begin", { others, gets });
    },
    ledger: async () => (await ask("ledger")) as Ledger,
  };
}
