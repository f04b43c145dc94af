/**
 * `landline explain`: what a failure means, without a network and without a configuration.
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Failure } from "@landline/core";
import { explain, toWireFailure } from "@landline/core";
import { createHost } from "@landline/host";
import { providerForExplaining, providerNames } from "@landline/providers";
import { Argument } from "commander";
import type { Command } from "commander";
import { listed } from "../completion/listed.ts";
import { CommandError, exit, print, printJson } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";

interface ExplainOptions extends CommonOptions {
  readonly status?: string;
  readonly code?: string;
  readonly body?: string;
}

/** Adds the command. */
export function registerExplain(program: Command): void {
  program
    .command("explain")
    .description("what a failure means: who must act, retry or not, what to do")
    .addArgument(listed(new Argument("<provider>", "who said it"), providerNames))
    .option("--status <number>", "HTTP status")
    .option("--code <code>", "the provider's error code")
    .option("--body <file>", "a pasted response body; - reads standard input")
    .action(async (name: string, options: ExplainOptions) => {
      const provider = providerForExplaining(name);
      if (provider === null)
        throw new CommandError(`unknown provider "${name}"; there are ${providerNames.join(", ")}`, exit.usage);
      if (options.status === undefined && options.code === undefined && options.body === undefined) {
        throw new CommandError("give at least one of --status, --code and --body", exit.usage);
      }
      const status = options.status === undefined ? undefined : Number(options.status);
      if (status !== undefined && !(Number.isInteger(status) && status >= 100 && status <= 599)) {
        throw new CommandError(`--status must be a number from 100 to 599, not "${options.status}"`, exit.usage);
      }
      const seen = {
        ...(status === undefined ? {} : { status }),
        ...(options.code === undefined ? {} : { code: options.code }),
        ...(options.body === undefined ? {} : { body: await readBody(options.body) }),
      };
      const failure = explain(provider, seen, createHost().now());
      if (options.json === true) printJson(toWireFailure(failure));
      else print(forPeople(failure));
    });
}

async function readBody(file: string): Promise<string> {
  if (file === "-") return text(process.stdin);
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new CommandError(`cannot read ${file}`, exit.usage);
  }
}

function forPeople(failure: Failure): string {
  const executed = { not_executed: "no", executed: "yes", unknown: "nobody knows" }[failure.execution];
  const rows: readonly (readonly [string, string | null])[] = [
    ["what", failure.message],
    ["kind", failure.category === null ? failure.kind : `${failure.kind} (category ${failure.category})`],
    ["executed?", executed],
    ["helps", failure.remedy],
    ["who must act", failure.responsible],
    ["field", failure.field],
    ["not before", failure.retryAt],
    ["request id", failure.requestId],
    ["do", failure.guidance],
    ["read", failure.docs],
  ];
  return rows
    .flatMap(([name, value]) => (value === null || value === "" ? [] : [`${name.padEnd(14)}${value}`]))
    .join("\n");
}
