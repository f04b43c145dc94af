/**
 * A small world for tests: a host, a memory store, ledger providers and an outbox that can be killed and started again.
 */
import type { Hashing } from "@landline/core";
import type { Outbox, OutboxEvent } from "../api.ts";
import { createOutbox } from "../outbox.ts";
import type { OutboxOptions } from "../outbox.ts";
import type { Store } from "../ports/index.ts";
import { createLedgerProvider } from "./ledger-provider.ts";
import type { LedgerProvider, LedgerProviderOptions } from "./ledger-provider.ts";
import { createMemoryStore } from "./memory-store.ts";
import type { MemoryStore } from "./memory-store.ts";
import { createVirtualHost } from "./virtual-host.ts";
import type { VirtualHost, VirtualTime } from "./virtual-host.ts";

/** What a world is made of. */
export interface WorldOptions extends Partial<Omit<OutboxOptions, "store" | "accounts" | "host" | "hashing">> {
  readonly seed?: number;
  readonly accounts?: readonly LedgerProviderOptions[];
  /** Puts something between the outbox and its store. */
  readonly around?: (store: MemoryStore) => Store;
}

/** A world. `outbox` and `host` are replaced by {@link World.crash}. */
export interface World {
  readonly time: VirtualTime;
  readonly store: MemoryStore;
  readonly providers: readonly LedgerProvider[];
  /** The first provider. */
  readonly provider: LedgerProvider;
  outbox: Outbox;
  host: VirtualHost;
  /** Every event of every outbox so far. */
  readonly events: OutboxEvent[];
  /** Kills the process: no timer, no promise of it goes on. A new outbox stands over the same store, not yet running. */
  crash(): void;
  advance(ms: number): Promise<void>;
}

const hashing: Hashing = {
  hmac: () => new Uint8Array(),
  digest: () => new Uint8Array(),
  equal: () => true,
};

/** Makes a world at 2026-01-01. */
export function createWorld(options: WorldOptions = {}): World {
  const { accounts = [{}], around = (store: MemoryStore): Store => store, seed = 1, ...rest } = options;
  const time: VirtualTime = { now: Date.UTC(2026, 0, 1) };
  const providerHost = createVirtualHost({ time, seed });
  const store = createMemoryStore({ now: () => time.now });
  const providers = accounts.map((each) => createLedgerProvider(providerHost, each));
  const [provider] = providers;
  if (provider === undefined) throw new Error("a world needs an account");
  const events: OutboxEvent[] = [];
  let processes = 0;

  const begin = (): { readonly host: VirtualHost; readonly outbox: Outbox; readonly kill: () => void } => {
    processes += 1;
    const host = createVirtualHost({ time, seed: seed + processes, idPrefix: `op_${processes}_` });
    const process = killable(around(store));
    const list = providers.map((each) => each.account);
    const outbox = createOutbox({ ...rest, store: process.store, accounts: list, host, hashing });
    outbox.subscribe((event) => events.push(event));
    return {
      host,
      outbox,
      kill() {
        process.kill();
        host.kill();
      },
    };
  };

  let current = begin();
  const world: World = {
    time,
    store,
    providers,
    provider,
    outbox: current.outbox,
    host: current.host,
    events,
    crash() {
      current.kill();
      for (const each of providers) each.disconnect();
      store.crash();
      current = begin();
      world.outbox = current.outbox;
      world.host = current.host;
    },
    async advance(ms) {
      // Both hosts share one time: step to whichever timer comes first.
      const until = time.now + ms;
      for (;;) {
        const left = until - time.now;
        await current.host.advance(0);
        await providerHost.advance(0);
        await current.host.settle();
        if (left <= 0) return;
        const next = Math.min(current.host.nextAt(), providerHost.nextAt(), until);
        if (next > time.now) time.now = next;
      }
    },
  };
  return world;
}

/** A store that a killed process cannot reach any more, and whose answers do not reach it either. */
function killable(store: Store): { readonly store: Store; readonly kill: () => void } {
  let alive = true;
  const never = new Promise<never>(() => {});
  const reachable = new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return async (...args: readonly unknown[]) => {
        if (!alive) return never;
        const answer: unknown = await Reflect.apply(value as (...all: readonly unknown[]) => unknown, target, args);
        return alive ? answer : never;
      };
    },
  });
  return {
    store: reachable,
    kill() {
      alive = false;
    },
  };
}
