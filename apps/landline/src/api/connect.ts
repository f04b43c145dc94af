/**
 * Where the gateway is and which key to use: what was given, then the environment, then the configuration file.
 *
 * A key is never an argument: arguments are visible to everybody on the machine.
 */
import type { Command } from "commander";
import type { ApiKeyConfig, Config } from "../config/index.ts";
import { CommandError, exit } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";
import { ApiClient } from "./client.ts";

/** Options of every command that talks to a gateway. */
export interface ConnectOptions extends CommonOptions {
  readonly url?: string;
}

/** Adds those options. */
export function withConnection(command: Command): Command {
  return command.option(
    "--url <url>",
    "the gateway (default: LANDLINE_URL, then the configuration's address); the key comes from LANDLINE_KEY or the configuration",
  );
}

/** The client for what the options say. */
export async function connect(options: ConnectOptions): Promise<ApiClient> {
  const url = options.url ?? process.env["LANDLINE_URL"];
  const key = process.env["LANDLINE_KEY"];
  if (url !== undefined && key !== undefined && key !== "") return new ApiClient(checkedUrl(url), key);
  const { loadConfig } = await import("../config/index.ts");
  const config = await loadConfig(options.config ?? null, process.cwd(), process.env);
  const found = key !== undefined && key !== "" ? key : strongest(config.apiKeys)?.key;
  if (found === undefined)
    throw new CommandError(
      "no key: set LANDLINE_KEY (the first `landline serve` shows one), or configure apiKeys",
      exit.usage,
    );
  return new ApiClient(checkedUrl(url ?? addressOf(config)), found);
}

function addressOf(config: Config): string {
  const { host, port } = config.http;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

const strength = { admin: 3, operator: 2, viewer: 1, sender: 0 } as const;

/** Whoever may read the configuration file may use what stands in it. */
function strongest(keys: readonly ApiKeyConfig[]): ApiKeyConfig | undefined {
  return [...keys].toSorted((left, right) => strength[right.role] - strength[left.role])[0];
}

function checkedUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new CommandError(`"${text}" is not an http or https URL`, exit.usage);
  return text;
}
