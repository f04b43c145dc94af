/**
 * `landline doctor`: checks what has to be right before money is spent, and says what to do about what is not.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import type { Config, OidcConfig } from "../config/index.ts";
import { exit, print, printJson, table } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";

/** One thing that was looked at. */
interface Finding {
  readonly check: string;
  readonly result: "ok" | "warn" | "fail";
  readonly message: string;
}

/** Adds the command. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check configuration, store, credentials and webhook address; exit 1 when something is wrong")
    .option("--offline", "do not ask the providers")
    .action(async (options: CommonOptions & { readonly offline?: boolean }) => {
      const { loadConfig } = await import("../config/index.ts");
      const config = await loadConfig(options.config ?? null, process.cwd(), process.env);
      const findings: Finding[] = [configuration(config), publicAddress(config), ...keys(config), await store(config)];
      if (options.offline !== true)
        findings.push(
          ...(await Promise.all([...config.accounts.keys()].map(async (name) => credentials(config, name)))),
        );
      if (options.offline !== true && config.oidc !== null) findings.push(await signIn(config.oidc));
      if (options.offline !== true && config.http.publicUrl !== null)
        findings.push(await reachable(config.http.publicUrl));
      const failed = findings.some((finding) => finding.result === "fail");
      if (options.json === true) printJson({ ok: !failed, findings });
      else
        print(
          table(
            ["result", "check", "what"],
            findings.map((finding) => [finding.result, finding.check, finding.message]),
          ),
        );
      if (failed) process.exitCode = exit.failed;
    });
}

function configuration(config: Config): Finding {
  const where = config.file ?? "no configuration file, defaults apply";
  if (config.accounts.size > 0)
    return { check: "configuration", result: "ok", message: `${where}; ${config.accounts.size} account(s)` };
  return { check: "configuration", result: "warn", message: `${where}; no accounts, so nothing can be sent` };
}

function publicAddress(config: Config): Finding {
  const { publicUrl } = config.http;
  const check = "webhooks";
  if (publicUrl === null)
    return {
      check,
      result: "warn",
      message: "http.publicUrl is not set: providers cannot report back, so nothing becomes delivered",
    };
  if (publicUrl.startsWith("https:") || /^http:\/\/(127\.|localhost|\[::1\])/.test(publicUrl))
    return { check, result: "ok", message: `callbacks go to ${publicUrl}/webhooks/ACCOUNT` };
  return { check, result: "warn", message: `${publicUrl} is not https: callbacks travel readable` };
}

function keys(config: Config): readonly Finding[] {
  const check = "api keys";
  if (config.apiKeys.length === 0)
    return [
      {
        check,
        result: "warn",
        message: "none configured: serve makes an admin key on first start and listens on loopback only",
      },
    ];
  const short = config.apiKeys.filter((key) => key.key.length < 20).map((key) => key.name);
  if (short.length > 0) return [{ check, result: "warn", message: `short enough to guess: ${short.join(", ")}` }];
  return [{ check, result: "ok", message: `${config.apiKeys.length} configured` }];
}

async function store(config: Config): Promise<Finding> {
  const check = "store";
  try {
    const { isAbsent, withStore } = await import("../store-session.ts");
    if (config.store.type === "sqlite" && isAbsent(config.store)) {
      const folder = path.dirname(config.store.path);
      return existsSync(folder)
        ? { check, result: "ok", message: `${config.store.path} is not there yet: serve makes it` }
        : { check, result: "fail", message: `the folder ${folder} does not exist: make it` };
    }
    const { skewMs, moved } = await withStore(config.store, async (opened) => ({
      skewMs: Math.abs((await opened.now()) - Date.now()),
      moved: await opened.moved(),
    }));
    if (moved !== null)
      return {
        check,
        result: "warn",
        message: `${moved}: a dispatcher will doubt what waits before it sends; \`landline restore\` has the choices`,
      };
    if (skewMs > 5_000)
      return {
        check,
        result: "warn",
        message: `opens, but its clock differs from this machine's by ${Math.round(skewMs / 1000)} s`,
      };
    return { check, result: "ok", message: config.store.type === "sqlite" ? config.store.path : "opens" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const inUse = message.includes("in use by another process");
    return {
      check,
      result: inUse ? "warn" : "fail",
      message: inUse ? `${message} If that is your own gateway, all is well.` : message,
    };
  }
}

async function credentials(config: Config, name: string): Promise<Finding> {
  const check = `account ${name}`;
  const account = config.accounts.get(name);
  if (account === undefined) return { check, result: "fail", message: "is not configured" };
  const { createSender } = await import("@landline/client");
  const sender = createSender(account.provider);
  try {
    const outcome = await sender.probe({ timeoutMs: 10_000, signal: AbortSignal.timeout(10_000) });
    if (outcome === null)
      return {
        check,
        result: "warn",
        message: `${account.provider.name} has nothing to ask, so the credentials are untested`,
      };
    if (outcome.type === "accepted") {
      const accepted = `${account.provider.name} at ${account.provider.baseUrl} accepts the credentials`;
      const notice = account.provider.probe?.notice?.(outcome.value) ?? null;
      return notice === null
        ? { check, result: "ok", message: accepted }
        : { check, result: "warn", message: `${accepted}. ${notice}` };
    }
    return { check, result: "fail", message: `${outcome.failure.message}: ${outcome.failure.guidance}` };
  } finally {
    sender.close();
  }
}

async function signIn(oidc: OidcConfig): Promise<Finding> {
  const { createOidc } = await import("../sign-in/oidc.ts");
  const problem = await createOidc(oidc).check();
  const check = "sign-in";
  return problem === null
    ? { check, result: "ok", message: `${oidc.issuer} describes itself` }
    : { check, result: "fail", message: `the sign-in provider cannot be used: ${problem}` };
}

async function reachable(publicUrl: string): Promise<Finding> {
  const check = "public address";
  try {
    const response = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(5_000) });
    if (response.ok) return { check, result: "ok", message: `${publicUrl}/healthz answers` };
    return {
      check,
      result: "warn",
      message: `${publicUrl}/healthz answers ${response.status}: is a gateway running there?`,
    };
  } catch {
    return {
      check,
      result: "warn",
      message: `${publicUrl}/healthz does not answer from here: start the gateway, or check DNS and proxy`,
    };
  }
}
