/**
 * The real thing to look at: a sandbox provider, a gateway with its SQLite store and dispatcher, each a process of its
 * own, and the operations that one wants to see.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../../../apps/landline/bin/landline.js", import.meta.url));

/** Keys by role; `second` is another admin. */
export const keys = {
  admin: "console-test-admin-key",
  second: "console-test-second-key",
  operator: "console-test-operator-key",
  viewer: "console-test-viewer-key",
  sender: "console-test-sender-key",
} as const;

/** Numbers the sandbox treats in a way of their own. */
export const numbers = {
  fine: "+14155550100",
  optedOut: "+14155550111",
  landline: "+14155550112",
  invalid: "+14155550113",
  undelivered: "+14155550114",
  doubt: "+14155550115",
  busy: "+14155550116",
  hostile: "+14155550117",
  hostilePage: "+14155550118",
} as const;

/** An operation as a test reads it. */
interface Seen {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly parked_reason: string | null;
  readonly provider_id: string | null;
  readonly child_ids: readonly string[];
  readonly input: Readonly<Record<string, unknown>>;
  readonly history: readonly { readonly event: string; readonly actor: string; readonly because: string | null }[];
}

/** A running system. */
export interface Backend {
  readonly url: string;
  readonly sandboxUrl: string;
  /** Asks the gateway, as the admin unless said otherwise. */
  ask<T>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T>;
  /** Hands in a message and returns its id. */
  send(to: string, body: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Waits until an operation is in one of these states. */
  until(id: string, ...states: readonly string[]): Promise<Seen>;
  close(): Promise<void>;
}

/** Starts it. @param brisk true: the provider answers at once, for whoever needs very many operations */
export async function startBackend(brisk = false): Promise<Backend> {
  const directory = await mkdtemp(path.join(tmpdir(), "landline-console-"));
  const running: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(running.toReversed().map(stop));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const faults = path.join(directory, "faults.json");
    await writeFile(faults, JSON.stringify(brisk ? { ...rules, rules: rules.rules.slice(0, -1) } : rules));
    const sandboxUrl = await start(running, ["sandbox", "twilio", "--port", "0", "--faults", faults, "--seed", "7"]);
    const port = await freePort();
    const config = path.join(directory, "landline.config.json");
    await writeFile(config, JSON.stringify(configuration(sandboxUrl, port)));
    const url = await start(running, ["serve", "--config", config]);
    const ask: Backend["ask"] = async (method, route, body, headers = {}) => {
      const response = await fetch(`${url}${route}`, {
        method,
        headers: { authorization: `Bearer ${keys.admin}`, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
      return text === "" ? null : JSON.parse(text);
    };
    const see = async (id: string): Promise<Seen> => ask<Seen>("GET", `/v1/operations/${id}`);
    return {
      url,
      sandboxUrl,
      ask,
      send: async (to, body, more = {}) => {
        const asked = {
          account: "tw",
          operation: "messages.create",
          input: { To: to, From: "+15005550006", Body: body },
          ...more,
        };
        const made = await ask<Seen>("POST", "/v1/operations", asked, { "idempotency-key": crypto.randomUUID() });
        return made.id;
      },
      until: async (id, ...states) => {
        for (let tries = 0; tries < 300; tries += 1) {
          const seen = await see(id);
          if (states.includes(seen.state)) return seen;
          await sleep(50);
        }
        throw new Error(`${id} never became ${states.join(" or ")}, it is ${(await see(id)).state}`);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Markup and script in every form that has ever worked somewhere; each would set `window.harmed`. */
export const attack = [
  `"><img src=x onerror="window.harmed=1">`,
  `<script>window.harmed=1</script>`,
  `<svg onload=window.harmed=1>`,
  `<a href="javascript:window.harmed=1">harmed</a>`,
  `{{constructor.constructor('window.harmed=1')()}}`,
].join(" ");

const hostileAnswer = { code: 21211, message: attack, more_info: "javascript:window.harmed=1", status: 400 };

/** How the sandbox behaves: its faults and its recipients. */
export const rules = {
  rules: [
    { when: { to: numbers.hostile }, do: { status: 400, body: hostileAnswer } },
    { when: { to: numbers.hostilePage }, do: { status: 502, body: `<html><title>${attack}</title>${attack}</html>` } },
    { when: { to: numbers.doubt }, do: { hang: true } },
    { when: { operation: "messages.list" }, do: { status: 500 } },
    { when: { to: numbers.busy }, do: { reset: "before-accept" } },
    { do: { delay: "15ms" } },
  ],
  recipients: {
    opted_out: [numbers.optedOut],
    landline: [numbers.landline],
    invalid: [numbers.invalid],
    undelivered: { [numbers.undelivered]: 30_003 },
  },
};

function configuration(sandboxUrl: string, port: number): unknown {
  const account = {
    provider: "twilio",
    accountSid: `AC${"0".repeat(32)}`,
    authToken: "console-test-token",
    from: "+15005550006",
    baseUrl: sandboxUrl,
    lookupSettle: "300ms",
  };
  return {
    store: "sqlite:./landline.db",
    http: {
      host: "127.0.0.1",
      port,
      publicUrl: `http://127.0.0.1:${port}`,
      traceUrl: "https://traces.example/{trace_id}",
    },
    apiKeys: [
      { name: "ada", role: "admin", key: keys.admin },
      { name: "grace", role: "admin", key: keys.second },
      { name: "support", role: "operator", key: keys.operator },
      { name: "watcher", role: "viewer", key: keys.viewer },
      { name: "app", role: "sender", key: keys.sender },
    ],
    accounts: { tw: account, backup: account },
    review: { approval: { above: 25 } },
    routes: { otp: ["tw:sms", "backup:sms"] },
    policy: {
      attemptsMax: 3,
      backoff: { base: "50ms", max: "200ms" },
      attemptTimeout: "1s",
      totalWaitMax: "3s",
      deadline: "20m",
    },
  };
}

async function start(running: ChildProcess[], args: readonly string[]): Promise<string> {
  // Descriptor 3 ends with this process, however it ends, and takes the child along.
  const child = spawn(process.execPath, [...process.execArgv, launcher, ...args, "--json"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, LANDLINE_LAUNCHER_FD: "3" },
  });
  running.push(child);
  const said: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => {
    said.push(chunk.toString());
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => {
      reject(new Error(`landline ${args[0]} ended with ${code}: ${said.join("")}`));
    });
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).once("line", (line) => {
        resolve((JSON.parse(line) as { url: string }).url);
      });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => {
    child.once("exit", resolve);
  });
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(patience);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
