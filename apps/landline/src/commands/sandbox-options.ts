import { parseDuration } from "@landline/core";
import type { RunOptions } from "@landline/sandbox";
/**
 * What can be said about the three sandbox providers on the command line, read into the options they are made with.
 * Everything that is wrong is named at once. Credentials here are made up and protect nothing.
 */
import { Option } from "commander";
import type { Command } from "commander";
import { listed } from "../completion/listed.ts";

/** The providers' options as they were typed. */
export interface TypedOptions {
  readonly step?: string;
  readonly tokenLifetime?: string;
  readonly callbacksTo?: string;
  readonly callbacksAnywhere?: boolean;
  readonly twilioAccount?: readonly string[];
  readonly twilioSender?: readonly string[];
  readonly twilioErrors?: string;
  readonly twilioInbound?: string;
  readonly redCloudClient?: readonly string[];
  readonly redCloudWebhook?: string;
  readonly redCloudSecret?: string;
  readonly redCloudRetries?: string;
  readonly noticiaKey?: readonly string[];
  readonly noticiaBodyMax?: string;
}

/** What {@link TypedOptions} say. */
export type ProviderOptions = Pick<RunOptions, "twilio" | "redCloud" | "noticia" | "callbacks">;

/** Read options, or a sentence for each fault. */
export type ReadOptions =
  | { readonly ok: true; readonly options: ProviderOptions }
  | { readonly ok: false; readonly faults: readonly string[] };

const errorForms = ["envelope", "problem"] as const;
const keyStates = ["active", "revoked", "expired", "forbidden"] as const;

/** Adds the options to a command. */
export function addProviderOptions(command: Command): Command {
  const repeatable = (flags: string, description: string): Option =>
    new Option(flags, `${description}; repeatable`).argParser(
      (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
    );
  return command
    .option("--step <duration>", "time from one status of a message or call to the next (default: 250ms)")
    .option("--token-lifetime <duration>", "how long a bearer token of Twilio or Red Cloud lives (default: 1h)")
    .option("--callbacks-to <url>", "send every callback to this origin; the signature still covers the public URL")
    .option("--callbacks-anywhere", "also call addresses that are not on this machine")
    .addOption(repeatable("--twilio-account <sid:token>", "an account that may call (default: any)"))
    .addOption(repeatable("--twilio-sender <number>", "a sender the accounts own (default: any)"))
    .addOption(listed(new Option("--twilio-errors <form>", "how errors are written (default: envelope)"), errorForms))
    .option("--twilio-inbound <url>", "where messages from people go (default: nowhere)")
    .addOption(repeatable("--red-cloud-client <id:secret>", "a client that may call (default: any)"))
    .option("--red-cloud-webhook <url>", "where Red Cloud's events go (default: nowhere)")
    .option("--red-cloud-secret <secret>", "signs Red Cloud's events (default: they are not signed)")
    .option("--red-cloud-retries <durations>", "waits before an event comes again (default: 1m,5m,15m,60m)")
    .addOption(repeatable("--noticia-key <key[:state]>", `a key that may call; state: ${keyStates.join(", ")}`))
    .option("--noticia-body-max <bytes>", "largest body that Noticia takes (default: 1048576)");
}

/** Reads what was typed. */
export function readProviderOptions(typed: TypedOptions): ReadOptions {
  const faults: string[] = [];
  const duration = (option: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms === null) faults.push(`${option} must be a duration such as "250ms", not "${text}"`);
    return ms ?? undefined;
  };
  const address = (option: string, text: string | undefined): string | undefined => {
    if (text !== undefined && !/^https?:$/.test(URL.parse(text)?.protocol ?? ""))
      faults.push(`${option} must be an http or https URL, not "${text}"`);
    return text;
  };
  const pairs = (option: string, texts: readonly string[] | undefined): (readonly [string, string])[] | undefined =>
    texts?.flatMap((text) => {
      const [, name, secret] = /^([^:]+):(.+)$/.exec(text) ?? [];
      if (name !== undefined && secret !== undefined) return [[name, secret] as const];
      faults.push(`${option} must be two parts with a colon between them`);
      return [];
    });

  const stepMs = duration("--step", typed.step);
  const tokenLifetimeMs = duration("--token-lifetime", typed.tokenLifetime);
  const deliverTo = address("--callbacks-to", typed.callbacksTo);
  const accounts = pairs("--twilio-account", typed.twilioAccount);
  const clients = pairs("--red-cloud-client", typed.redCloudClient);
  const errors = errorForms.find((form) => form === typed.twilioErrors);
  if (typed.twilioErrors !== undefined && errors === undefined)
    faults.push(`--twilio-errors must be one of ${errorForms.join(", ")}, not "${typed.twilioErrors}"`);
  const inboundUrl = address("--twilio-inbound", typed.twilioInbound);
  const webhook = webhookOf(typed, address, duration, faults);
  const keys = typed.noticiaKey?.map((text) => keyOf(text, faults));
  const bodyBytesMax = bytesOf(typed.noticiaBodyMax, faults);
  if (faults.length > 0) return { ok: false, faults };
  const pace = present({ stepMs, tokenLifetimeMs });
  return {
    ok: true,
    options: {
      twilio: {
        ...pace,
        ...present({
          accounts: accounts?.map(([accountSid, authToken]) => ({ accountSid, authToken })),
          senders: typed.twilioSender,
          errors,
          inbound: inboundUrl === undefined ? undefined : { url: inboundUrl },
        }),
      },
      redCloud: {
        ...pace,
        ...present({ clients: clients?.map(([clientId, clientSecret]) => ({ clientId, clientSecret })), webhook }),
      },
      noticia: present({ keys, bodyBytesMax }),
      callbacks: present({ deliverTo, anyHost: typed.callbacksAnywhere }),
    },
  };
}

type Webhook = NonNullable<NonNullable<ProviderOptions["redCloud"]>["webhook"]>;

function webhookOf(
  typed: TypedOptions,
  address: (option: string, text: string | undefined) => string | undefined,
  duration: (option: string, text: string | undefined) => number | undefined,
  faults: string[],
): Webhook | undefined {
  const { redCloudSecret: secret, redCloudRetries: retries } = typed;
  const url = address("--red-cloud-webhook", typed.redCloudWebhook);
  const waits = retries?.split(",").map((text) => duration("--red-cloud-retries", text.trim()));
  if (url !== undefined) return { url, ...present({ secret, retryMs: waits?.filter((ms) => ms !== undefined) }) };
  if (secret !== undefined) faults.push("--red-cloud-secret needs --red-cloud-webhook");
  if (retries !== undefined) faults.push("--red-cloud-retries needs --red-cloud-webhook");
  return undefined;
}

function keyOf(text: string, faults: string[]): { readonly key: string; readonly state?: (typeof keyStates)[number] } {
  const [key = "", word] = text.split(":");
  if (!/^ntca_\S+$/.test(key)) faults.push("--noticia-key must begin with ntca_");
  if (word === undefined) return { key };
  const state = keyStates.find((each) => each === word);
  if (state === undefined)
    faults.push(`--noticia-key: the state must be one of ${keyStates.join(", ")}, not "${word}"`);
  return { key, ...present({ state }) };
}

function bytesOf(text: string | undefined, faults: string[]): number | undefined {
  if (text === undefined) return undefined;
  const bytes = Number(text);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  faults.push(`--noticia-body-max must be a whole number of bytes, not "${text}"`);
  return undefined;
}

/** Without what was not given, because absent and undefined are different things to a default. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
