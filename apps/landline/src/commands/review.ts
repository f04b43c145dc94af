/**
 * `landline review`: the review queue from a terminal, with the same rules as in the console.
 *
 * Every verb names the version it was decided on. Without `--version` the command reads the operation first and uses
 * what it shows, so that two people still cannot both win.
 */
import { parseDuration } from "@landline/core";
import type { Command } from "commander";
import type { ApiClient, Json } from "../api/client.ts";
import { connect, withConnection } from "../api/connect.ts";
import type { ConnectOptions } from "../api/connect.ts";
import { readJsonArgument } from "../api/json-argument.ts";
import { operationStory, operationTable, stateOf, textOf } from "../api/operation-text.ts";
import { CommandError, exit, print, printJson, say, table } from "../terminal.ts";

interface NoteOptions extends ConnectOptions {
  readonly reason?: string;
  readonly version?: string;
}

interface VerbOptions extends NoteOptions {
  readonly reason: string;
}

/** Adds `review` and its verbs. */
export function registerReview(program: Command): void {
  const review = program.command("review").description("what waits for a person");

  withConnection(review.command("list"))
    .description("parked operations, newest first; --groups shows them by cause")
    .option("--groups", "by cause, with counts and what to do")
    .option("--limit <number>", "1 to 200", "50")
    .option("--cursor <cursor>", "where to go on")
    .option("--assignee <name>", "only this person's; me, or none for nobody's")
    .option("--snoozed", "only those that are put off")
    .option("--open", "only those that are not put off")
    .action(
      async (
        options: ConnectOptions & {
          readonly groups?: boolean;
          readonly limit: string;
          readonly cursor?: string;
          readonly assignee?: string;
          readonly snoozed?: boolean;
          readonly open?: boolean;
        },
      ) => {
        const client = await connect(options);
        if (options.groups === true) return showGroups(client, options);
        const query = new URLSearchParams({
          state: "parked",
          limit: options.limit,
          ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
          ...(options.assignee === undefined ? {} : { assignee: options.assignee }),
          ...(options.snoozed === options.open ? {} : { snoozed: String(options.snoozed === true) }),
        });
        const { body } = await client.ask(`/v1/operations?${query.toString()}`);
        if (options.json === true) return printJson(body);
        print(operationTable(body["data"] as Json[]));
        if (typeof body["next_cursor"] === "string") say(`more: --cursor ${body["next_cursor"]}`);
      },
    );

  withConnection(review.command("show"))
    .description("one operation's whole story")
    .argument("<id>")
    .action(async (id: string, options: ConnectOptions) => {
      const { body } = await (await connect(options)).ask(pathOf(id));
      if (options.json === true) printJson(body);
      else print(operationStory(body));
    });

  verb(review, "retry", "send it again, the same operation with the same key").action(
    async (id: string, options: VerbOptions) => act(id, "retry", options, reasonOf(options)),
  );

  verb(review, "fix", "send a corrected copy; the original stays as it was")
    .requiredOption("--input <json>", "the corrected input as JSON, @FILE, or -")
    .action(async (id: string, options: VerbOptions & { readonly input: string }) =>
      act(id, "fix", options, { ...reasonOf(options), input: await readJsonArgument("--input", options.input) }),
    );

  verb(review, "fallback", "send it another way")
    .option("--account <name>", "account to use instead")
    .option("--operation <name>", "operation to use instead")
    .option("--input <json>", "input to use instead, as JSON, @FILE, or -")
    .action(
      async (
        id: string,
        options: VerbOptions & { readonly account?: string; readonly operation?: string; readonly input?: string },
      ) =>
        act(id, "fallback", options, {
          ...reasonOf(options),
          ...(options.account === undefined ? {} : { account: options.account }),
          ...(options.operation === undefined ? {} : { operation: options.operation }),
          ...(options.input === undefined ? {} : { input: await readJsonArgument("--input", options.input) }),
        }),
    );

  verb(review, "discard", "give it up, on purpose").action(async (id: string, options: VerbOptions) =>
    act(id, "discard", options, reasonOf(options)),
  );

  verb(review, "resolve", "settle doubt with evidence")
    .requiredOption("--verdict <verdict>", "sent or not_sent")
    .requiredOption("--evidence <text>", "how you know")
    .action(async (id: string, options: VerbOptions & { readonly verdict: string; readonly evidence: string }) => {
      if (options.verdict !== "sent" && options.verdict !== "not_sent")
        throw new CommandError("--verdict must be sent or not_sent", exit.usage);
      return act(id, "resolve", options, {
        ...reasonOf(options),
        verdict: options.verdict,
        evidence: options.evidence,
      });
    });

  note(review, "assign", "make it somebody's")
    .argument("<person>", "a name; me, or none for nobody")
    .option("--reason <text>", "why; kept with the operation")
    .action(async (id: string, person: string, options: NoteOptions) =>
      act(id, "assign", options, { assignee: person === "none" ? null : person, ...reasonOf(options) }),
    );

  note(review, "snooze", "put it off; it comes back by itself")
    .argument("<until>", "an instant such as 2026-01-31T12:00:00Z, a duration such as 4h, or now to have it back")
    .option("--reason <text>", "why; kept with the operation")
    .action(async (id: string, until: string, options: NoteOptions) =>
      act(id, "snooze", options, { until: untilOf(until), ...reasonOf(options) }),
    );

  note(review, "comment", "say something about it")
    .argument("<text>")
    .action(async (id: string, text: string, options: NoteOptions) => act(id, "comment", options, { text }));

  withConnection(review.command("escalate"))
    .description("everything the provider's support needs, secrets removed, as Markdown")
    .argument("<id>")
    .action(async (id: string, options: ConnectOptions) => {
      const client = await connect(options);
      const accept = options.json === true ? "application/json" : "text/markdown";
      print((await client.ask(`${pathOf(id)}/escalation`, { headers: { accept } })).text);
    });
}

/** A verb that decides nothing. */
function note(review: Command, name: string, description: string): Command {
  return withConnection(review.command(name))
    .description(description)
    .argument("<id>")
    .option("--version <number>", "the version you saw (default: the current one)");
}

function reasonOf({ reason }: NoteOptions): Json {
  return reason === undefined ? {} : { reason };
}

/** An instant as it is sent; null: now. */
function untilOf(text: string): string | null {
  if (text === "now") return null;
  const ms = parseDuration(text);
  if (ms === null) return text;
  return new Date(Date.now() + ms).toISOString();
}

function verb(review: Command, name: string, description: string): Command {
  return withConnection(review.command(name))
    .description(description)
    .argument("<id>")
    .requiredOption("--reason <text>", "why; kept with the operation")
    .option("--version <number>", "the version you decided on (default: the current one)");
}

async function act(id: string, name: string, options: NoteOptions, body: Json): Promise<void> {
  const client = await connect(options);
  const version =
    options.version === undefined ? (await client.ask(pathOf(id))).body["version"] : Number(options.version);
  const answer = await client.ask(`${pathOf(id)}/${name}`, {
    method: "POST",
    body: { ...body, version },
  });
  if (options.json === true) printJson(answer.body);
  else print(`${textOf(answer.body["id"])}  ${stateOf(answer.body)}`);
}

async function showGroups(client: ApiClient, options: ConnectOptions): Promise<void> {
  const { body } = await client.ask("/v1/review/groups");
  if (options.json === true) return printJson(body);
  const groups = body["data"] as Json[];
  if (groups.length === 0) return print("nothing is parked");
  const rows = groups.map((group) => [
    Number(group["count"]),
    textOf(group["account"]),
    textOf(group["kind"]),
    textOf(group["code"]),
    textOf(group["last_seen"]),
    Number(group["snoozed"] ?? 0),
    textOf(group["suggestion"]),
  ]);
  print(table(["count", "account", "kind", "code", "last seen", "put off", "do"], rows));
}

function pathOf(id: string): string {
  return `/v1/operations/${encodeURIComponent(id)}`;
}
