import type { ServerResponse } from "node:http";
/**
 * One sandbox: fake providers, their sockets, the rules and the ledger, put together.
 *
 * A single provider lives at `/`. Several share the main port under `/twilio`, `/red-cloud` and `/noticia`, and each has
 * a port of its own as well, where it lives at `/`.
 */
import { parseDuration } from "@landline/core";
import { ambient } from "@landline/host";
import type { ControlCommand, Fake, FakeWorld, ProviderName, Received } from "./fake.ts";
import { armFaults } from "./faults/engine.ts";
import type { FaultEngine } from "./faults/engine.ts";
import { parseFaults } from "./faults/parse.ts";
import type { Defect } from "./faults/parse.ts";
import type { FaultDocument, FaultRule } from "./faults/rules.ts";
import { adminPrefix, administer } from "./http/admin.ts";
import type { AdminDesk } from "./http/admin.ts";
import { exchange } from "./http/exchange.ts";
import type { Desk } from "./http/exchange.ts";
import { listen } from "./http/listen.ts";
import type { Listener } from "./http/listen.ts";
import { whole } from "./http/reply.ts";
import type { EffectEntry, LedgerEntry } from "./ledger-entry.ts";
import { openJournal } from "./ledger-file.ts";
import { openLedger } from "./ledger.ts";
import { createNoticia } from "./noticia/fake.ts";
import type { NoticiaOptions } from "./noticia/fake.ts";
import { seededStream } from "./random.ts";
import { createRedCloud } from "./red-cloud/fake.ts";
import type { RedCloudOptions } from "./red-cloud/fake.ts";
import { createTwilio } from "./twilio/fake.ts";
import type { TwilioOptions } from "./twilio/fake.ts";
import { openCourier } from "./webhooks/courier.ts";
import type { Delivery } from "./webhooks/courier.ts";

/** What a sandbox is made of. */
export interface SandboxOptions {
  /** The only provider. */
  readonly provider?: ProviderName;
  /** Several providers. Default: Twilio alone. */
  readonly providers?: readonly ProviderName[];
  /** A document of faults, or its rules alone. */
  readonly faults?: FaultDocument | readonly FaultRule[];
  /** Same seed, same sequence of requests: same faults. Default 1. */
  readonly seed?: number;
  /** Port of the main address; 0 (default): a free one. The ports of several providers follow it. */
  readonly port?: number;
  /** Keeps the ledger in this file, synced before anybody is told; an existing one is continued. */
  readonly ledgerFile?: string;
  readonly twilio?: TwilioOptions;
  readonly redCloud?: RedCloudOptions;
  readonly noticia?: NoticiaOptions;
  readonly callbacks?: {
    /** Also call addresses that are not loopback. Default false. */
    readonly anyHost?: boolean;
    /** Send all callbacks to this origin instead; signatures still cover the original URL. */
    readonly deliverTo?: string;
  };
  /** Epoch milliseconds; the machine's clock by default. */
  readonly now?: () => number;
}

/** A running sandbox. */
export interface Sandbox {
  /** The main address: the single provider's base URL, or the one the prefixes hang on. */
  readonly url: string;
  readonly port: number;
  /** Each provider's base URL, on its own port. */
  readonly urls: Readonly<Partial<Record<ProviderName, string>>>;
  /** Every request and every effect so far, in order. */
  ledger(): readonly LedgerEntry[];
  effects(): readonly EffectEntry[];
  /** Attempts to deliver callbacks so far. */
  callbacks(): readonly Delivery[];
  /** Replaces the rules; counters, chance and `between` start anew. @throws SandboxFaultsError */
  setFaults(faults: FaultDocument | readonly FaultRule[]): void;
  /** Changes a provider's state from outside its API; false when it does not know the action. */
  control(provider: ProviderName, command: ControlCommand): boolean;
  /** As it was when it started: effects, ledger, credentials, planned callbacks and rules set since are forgotten. */
  reset(): void;
  /** Ends every connection and releases the ports. */
  close(): Promise<void>;
}

/** A document of faults that says something impossible. */
export class SandboxFaultsError extends Error {
  readonly defects: readonly Defect[];
  constructor(defects: readonly Defect[]) {
    super(`The faults are not usable: ${defects.map(({ field, message }) => `${field} ${message}`).join("; ")}`);
    this.name = "SandboxFaultsError";
    this.defects = defects;
  }
}

/**
 * Starts a sandbox on 127.0.0.1.
 * @throws SandboxFaultsError for bad rules; Error for a taken port or an unusable ledger file.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const names = [...new Set(options.providers ?? [options.provider ?? "twilio"])];
  const now = options.now ?? (() => ambient.now());
  const seed = options.seed ?? 1;
  const atStart = checked(options.faults ?? []);
  let document = atStart;
  let engine = armFaults(document.rules, seed, now());

  const kept = options.ledgerFile === undefined ? null : await openJournal(options.ledgerFile);
  const ledger = openLedger(kept?.journal ?? null, kept?.past ?? []);
  const courier = openCourier({
    now,
    chance: seededStream(seed, -1),
    anyHost: options.callbacks?.anyHost ?? false,
    deliverTo: options.callbacks?.deliverTo ?? null,
  });
  const world: FakeWorld = {
    now,
    recipients: () => document.recipients ?? {},
    listDelayMs: () => parseDuration(document.list_delay) ?? 0,
    courier,
  };
  const fakes = names.map((name) => createFake(name, world, options));
  for (const effect of ledger.effects()) fakes.find(({ name }) => name === effect.provider)?.apply(effect);

  const waits = new Set<() => void>();
  const desk: Desk = {
    ledger,
    now,
    faults: (): FaultEngine => engine,
    inFlight: 0,
    later(ms, run) {
      const cancel = ambient.after(ms, () => {
        waits.delete(cancel);
        run();
      });
      waits.add(cancel);
    },
  };
  const setFaults = (next: FaultDocument): void => {
    document = next;
    engine = armFaults(document.rules, seed, now());
  };
  const reset = (): void => {
    for (const cancel of waits) cancel();
    waits.clear();
    courier.reset();
    for (const fake of fakes) fake.reset();
    ledger.reset();
    setFaults(atStart);
  };
  const urls: Partial<Record<ProviderName, string>> = {};
  const control = (provider: string, command: ControlCommand): boolean =>
    fakes.find(({ name }) => name === provider)?.control(command) ?? false;
  const admin: AdminDesk = {
    ledger,
    faults: () => document,
    setFaults,
    deliveries: () => courier.deliveries(),
    reset,
    control,
    urls: () => urls,
  };
  const serveOn = (own: Fake | null) => (received: Received, response: ServerResponse) => {
    if (received.path.startsWith(adminPrefix)) return whole(response, administer(admin, received), {});
    const found = locate(fakes, own, received);
    if (found === null) return whole(response, { status: 404, headers: {}, body: "No provider lives here.\n" }, {});
    exchange(desk, found.fake, found.received, response);
  };

  const listeners: Listener[] = [];
  const port = options.port ?? 0;
  try {
    listeners.push(await listen(port, now, serveOn(fakes.length === 1 ? (fakes[0] ?? null) : null)));
    for (const [index, fake] of fakes.entries()) {
      const own = fakes.length === 1 ? undefined : await listen(port === 0 ? 0 : port + index + 1, now, serveOn(fake));
      if (own !== undefined) listeners.push(own);
      urls[fake.name] = (own ?? listeners[0])?.url ?? "";
    }
  } catch (error) {
    await Promise.all(listeners.map(async (listener) => listener.close()));
    await ledger.close();
    throw error;
  }
  return {
    url: listeners[0]?.url ?? "",
    port: listeners[0]?.port ?? 0,
    urls,
    ledger: () => ledger.entries(),
    effects: () => ledger.effects(),
    callbacks: () => courier.deliveries(),
    setFaults: (faults) => setFaults(checked(faults)),
    control,
    reset,
    async close() {
      for (const cancel of waits) cancel();
      waits.clear();
      await Promise.all([courier.close(), ...listeners.map(async (listener) => listener.close())]);
      await ledger.close();
    },
  };
}

function createFake(name: ProviderName, world: FakeWorld, options: SandboxOptions): Fake {
  switch (name) {
    case "twilio":
      return createTwilio(world, options.twilio ?? {});
    case "red-cloud":
      return createRedCloud(world, options.redCloud ?? {});
    case "noticia":
      return createNoticia(world, options.noticia ?? {});
    default:
      return name satisfies never;
  }
}

function checked(faults: FaultDocument | readonly FaultRule[]): FaultDocument {
  const parsed = parseFaults(faults);
  if (!parsed.ok) throw new SandboxFaultsError(parsed.defects);
  return parsed.document;
}

/** Whose request this is: the port's own provider, the prefix's, or the only one that has such a path. */
function locate(
  fakes: readonly Fake[],
  own: Fake | null,
  received: Received,
): { fake: Fake; received: Received } | null {
  const prefixed = fakes.find(({ name }) => received.path.startsWith(`/${name}/`));
  if (prefixed !== undefined)
    return { fake: prefixed, received: { ...received, path: received.path.slice(prefixed.name.length + 1) } };
  const fake = own ?? fakes.find((each) => each.owns(received.path));
  return fake === undefined ? null : { fake, received };
}
