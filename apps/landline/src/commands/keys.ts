/**
 * `landline keys`: who may call, from a terminal. A key is printed once, when it is made, and on stdout alone, so that it
 * can be piped into a vault without being seen.
 */
import { Option } from "commander";
import type { Command } from "commander";
import type { Json } from "../api/client.ts";
import { connect, withConnection } from "../api/connect.ts";
import type { ConnectOptions } from "../api/connect.ts";
import { textOf } from "../api/operation-text.ts";
import { CommandError, exit, print, printJson, say, table } from "../terminal.ts";

interface CreateOptions extends ConnectOptions {
  readonly role: string;
  readonly accounts?: string;
  readonly perSecond?: string;
  readonly burst?: string;
  readonly reason?: string;
}

/** Adds `keys` and its verbs. */
export function registerKeys(program: Command): void {
  const keys = program.command("keys").description("API keys: list, create, rotate, revoke");

  withConnection(keys.command("list"))
    .description("all keys, without their secrets")
    .action(async (options: ConnectOptions) => {
      const { body } = await (await connect(options)).ask("/v1/keys");
      if (options.json === true) return printJson(body);
      const rows = (body["data"] as Json[]).map((key) => [
        textOf(key["id"]),
        textOf(key["name"]),
        textOf(key["role"]),
        key["accounts"] === null ? "all" : (key["accounts"] as string[]).join(","),
        textOf(key["source"]),
        textOf(key["created_at"] ?? ""),
        textOf(key["created_by"] ?? ""),
      ]);
      print(table(["id", "name", "role", "accounts", "from", "created", "by"], rows));
    });

  withConnection(keys.command("create"))
    .description("make a key; it is printed this once")
    .argument("<name>", "owner of what is handed in with it")
    .addOption(
      new Option("--role <role>", "what it may do")
        .choices(["sender", "viewer", "operator", "admin"])
        .makeOptionMandatory(),
    )
    .option("--accounts <names>", "only these accounts, separated by commas")
    .option("--per-second <number>", "a rate limit of its own")
    .option("--burst <number>", "requests at once after a pause (with --per-second)")
    .option("--reason <text>", "why; kept in the audit record")
    .action(async (name: string, options: CreateOptions) => {
      const body = {
        name,
        role: options.role,
        ...(options.accounts === undefined ? {} : { accounts: options.accounts.split(",") }),
        ...rateOf(options),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      };
      tell(options, (await (await connect(options)).ask("/v1/keys", { method: "POST", body })).body);
    });

  withConnection(keys.command("rotate"))
    .description("make a second key of the same name; both are live until the old one is revoked")
    .argument("<id>")
    .option("--reason <text>", "why; kept in the audit record")
    .action(async (id: string, options: ConnectOptions & { readonly reason?: string }) => {
      const body = options.reason === undefined ? {} : { reason: options.reason };
      const client = await connect(options);
      tell(options, (await client.ask(`${pathOf(id)}/rotate`, { method: "POST", body })).body);
    });

  withConnection(keys.command("revoke"))
    .description("end a key and its sessions at once (in other processes within three seconds)")
    .argument("<id>")
    .action(async (id: string, options: ConnectOptions) => {
      await (await connect(options)).ask(pathOf(id), { method: "DELETE" });
      if (options.json === true) printJson({ id, revoked: true });
      else print(`${id}  revoked`);
    });
}

function tell(options: ConnectOptions, made: Json): void {
  if (options.json === true) return printJson(made);
  say(`${textOf(made["id"])}  ${textOf(made["name"])}  ${textOf(made["role"])}; the key is shown this once:`);
  print(textOf(made["key"]));
}

function rateOf({ perSecond, burst }: CreateOptions): Json {
  if (perSecond === undefined && burst === undefined) return {};
  if (perSecond === undefined) throw new CommandError("--burst needs --per-second", exit.usage);
  return {
    rate_limit: {
      per_second: numberOf("--per-second", perSecond),
      ...(burst === undefined ? {} : { burst: numberOf("--burst", burst) }),
    },
  };
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new CommandError(`${option} must be a number`, exit.usage);
  return value;
}

function pathOf(id: string): string {
  return `/v1/keys/${encodeURIComponent(id)}`;
}
