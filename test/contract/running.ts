/**
 * Real processes for the tests of the contract: `landline sandbox`, `landline serve` and every other command, started
 * as a user starts them and talked to over sockets only. Nothing here knows what is inside.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../apps/landline/bin/landline.js", import.meta.url));
const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];

/** Credentials of the account `tw` in {@link configuration}. */
export const accountSid = `AC${"1".repeat(32)}`;
/** See {@link accountSid}. */
export const authToken = "canary-auth-token-4711";
/** Keys by role. */
export const keys = {
  sender: "key-of-a-sender",
  other: "key-of-another-sender",
  viewer: "key-of-a-viewer",
  operator: "key-of-an-operator",
  admin: "key-of-an-admin",
};

/** A place that is gone after the test, with what runs in it. */
export interface Place {
  readonly directory: string;
  write(name: string, content: unknown): Promise<string>;
  sandbox(...args: string[]): Promise<Running>;
  serve(file: string, ...args: string[]): Promise<Running>;
  /** Ends everything and removes the directory. */
  leave(): Promise<void>;
}

/** A process that said where it listens. */
export interface Running {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it wrote so far. */
  readonly said: { out: string; err: string };
  /** Ends it with a signal and answers with its exit code (null after SIGKILL). */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Makes a place. */
export async function createPlace(): Promise<Place> {
  const directory = await mkdtemp(path.join(tmpdir(), "landline-contract-"));
  const running: Running[] = [];
  const keep = async (started: Promise<Running>): Promise<Running> => {
    const one = await started;
    running.push(one);
    return one;
  };
  return {
    directory,
    async write(name, content) {
      const file = path.join(directory, name);
      await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    },
    sandbox: async (...args) => keep(start(directory, ["sandbox", ...args, "--json"])),
    serve: async (file, ...args) =>
      keep(start(directory, ["serve", "--config", file, "--port", "0", "--json", ...args])),
    async leave() {
      await Promise.all(running.map(async (one) => one.end("SIGKILL")));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function launch(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...flags, launcher, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

async function start(cwd: string, args: readonly string[]): Promise<Running> {
  const child = launch(cwd, args);
  const said = { out: "", err: "" };
  child.stderr?.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
  child.stdout?.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  if (child.stdout === null) throw new Error("no stdout");
  const url = await Promise.race([
    new Promise<string>((resolve) => {
      createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (line) => {
        const event = JSON.parse(line) as { url?: string; urls?: Record<string, string> };
        if (typeof event.url === "string") resolve(event.url);
      });
    }),
    once(child, "exit").then(([code]) => {
      throw new Error(`landline ${args.join(" ")} ended with ${code}: ${said.err}`);
    }),
  ]);
  return {
    url,
    child,
    said,
    async end(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, "exit");
      child.kill(signal);
      const [code] = (await gone) as [number | null];
      return code;
    },
  };
}

/** What a command that ended said. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function landline(
  cwd: string,
  args: readonly string[],
  { input = "", env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const child = launch(cwd, args, env);
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

/** Runs a command that does not end by itself, up to the first line it prints. */
export async function firstLine(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = launch(cwd, args, env);
  const ended = once(child, "close");
  try {
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
    return await Promise.race([
      once(lines, "line").then(([line]) => line as string),
      ended.then(([code]) => {
        throw new Error(`landline ${args.join(" ")} ended with ${code} and printed nothing`);
      }),
    ]);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** A configuration with one account of each given provider, against a sandbox. */
export function configuration(
  sandbox: string,
  { account = {}, ...more }: { readonly account?: object; readonly [name: string]: unknown } = {},
): object {
  return {
    store: "sqlite:./landline.db",
    apiKeys: [
      { name: "app", role: "sender", key: keys.sender },
      { name: "other", role: "sender", key: keys.other },
      { name: "eyes", role: "viewer", key: keys.viewer },
      { name: "ops", role: "operator", key: keys.operator },
      { name: "root", role: "admin", key: keys.admin },
    ],
    accounts: {
      tw: {
        provider: "twilio",
        accountSid,
        authToken,
        from: "+15005550006",
        baseUrl: sandbox,
        lookupSettle: "200ms",
        ...account,
      },
    },
    policy: { backoff: { base: "50ms", max: "200ms" }, attemptTimeout: "2s" },
    ...more,
  };
}

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests read whatever the wire says
  readonly body: any;
}

/** Calls the API. */
export type Api = (
  method: string,
  target: string,
  body?: unknown,
  options?: { readonly key?: string | null; readonly headers?: Readonly<Record<string, string>> },
) => Promise<Answered>;

/** An API client for one server; `admin` unless told otherwise. */
export function apiOf(url: string): Api {
  return async (method, target, body, { key = keys.admin, headers = {} } = {}) => {
    const answer = await fetch(`${url}${target}`, {
      method,
      redirect: "manual",
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    let parsed: unknown = null;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not every answer is JSON.
    }
    return { status: answer.status, headers: answer.headers, text, body: parsed };
  };
}

let keysMade = 0;
/** A new idempotency key. */
export function newKey(): { readonly "idempotency-key": string } {
  keysMade += 1;
  return { "idempotency-key": `contract-${process.pid}-${keysMade}` };
}

/** Hands in one message. */
export async function send(api: Api, to: string, more: object = {}, key = keys.admin): Promise<Answered> {
  return api(
    "POST",
    "/v1/operations",
    { account: "tw", operation: "messages.create", input: { To: to, Body: "canary body text" }, ...more },
    { key, headers: newKey() },
  );
}

/** Asks until an operation is in one of these states; throws after `ms`. */
export async function settled(api: Api, id: string, states: readonly string[], ms = 30_000): Promise<Answered["body"]> {
  const until = Date.now() + ms;
  for (;;) {
    const { body } = await api("GET", `/v1/operations/${id}`);
    if (states.includes(body?.state)) return body;
    if (Date.now() > until)
      throw new Error(`${id} is ${body?.state}, not ${states.join(" or ")}: ${JSON.stringify(body)}`);
    await pause(50);
  }
}

/** Waits. */
export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
