/**
 * `landline alerts test` and `landline webhooks test`: whether anybody would be reached, asked of a running gateway.
 */
import type { Command } from "commander";
import type { Json } from "../api/client.ts";
import { connect, withConnection } from "../api/connect.ts";
import type { ConnectOptions } from "../api/connect.ts";
import { textOf } from "../api/operation-text.ts";
import { exit, print, printJson, table } from "../terminal.ts";

/** Adds `alerts` and `webhooks`. */
export function registerChannels(program: Command): void {
  const alerts = program.command("alerts").description("the channels people are told through");
  channelTest(alerts, "alerts", "channel", "send a test alert through every channel; exit 1 when one did not take it");
  const webhooks = program.command("webhooks").description("the addresses providers report to");
  channelTest(webhooks, "webhooks", "account", "call every callback address from outside; exit 1 when one fails");
}

interface TestOptions extends ConnectOptions {
  readonly reason?: string;
}

function channelTest(command: Command, path: string, subject: string, description: string): void {
  withConnection(command.command("test"))
    .description(description)
    .option("--reason <text>", "why; kept in the audit record")
    .action(async (options: TestOptions) => {
      const body = options.reason === undefined ? {} : { reason: options.reason };
      const answer = await (await connect(options)).ask(`/v1/${path}/test`, { method: "POST", body });
      const results = answer.body["results"] as readonly Json[];
      if (options.json === true) printJson(answer.body);
      else if (results.length === 0) print(`no ${subject}s are configured`);
      else {
        const rows = results.map((each) => [
          each["ok"] === true ? "ok" : "fail",
          textOf(each[subject]),
          Number(each["duration_ms"]),
          textOf(each["error"] ?? ""),
        ]);
        print(table(["result", subject, "ms", "why"], rows));
      }
      if (answer.body["ok"] !== true) process.exitCode = exit.failed;
    });
}
