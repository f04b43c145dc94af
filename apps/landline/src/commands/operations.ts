/**
 * `landline send` and `landline operations`: handing in and looking up, as the HTTP API does it.
 */
import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import type { ApiClient, Json } from "../api/client.ts";
import { connect, withConnection } from "../api/connect.ts";
import type { ConnectOptions } from "../api/connect.ts";
import { events } from "../api/events.ts";
import { readJsonArgument } from "../api/json-argument.ts";
import { operationStory, operationTable, stateOf, textOf } from "../api/operation-text.ts";
import { CommandError, exit, print, printJson, say } from "../terminal.ts";

interface SendOptions extends ConnectOptions {
  readonly to?: string;
  readonly body?: string;
  readonly from?: string;
  readonly via?: string[];
  readonly route?: string;
  readonly account?: string;
  readonly operation?: string;
  readonly input?: string;
  readonly key?: string;
  readonly reference?: string;
  readonly class?: string;
  readonly guarantee?: string;
  readonly deadline?: string;
  readonly wait?: boolean;
}

/** Adds `send`. */
export function registerSend(program: Command): void {
  withConnection(program.command("send"))
    .description(
      "hand in one message (--to, --body, --via or --route) or one operation (--account, --operation, --input)",
    )
    .option("--to <address>", "recipient, E.164")
    .option("--body <text>", "what to say")
    .option("--from <sender>", "sender instead of the account's")
    .option("--via <account:channel...>", "ordered ways to send, such as tw:sms")
    .option("--route <name>", "a configured route")
    .option("--account <name>", "account of an operation")
    .option("--operation <name>", "operation, such as messages.create")
    .option("--input <json>", "input as JSON, @FILE, or - for standard input")
    .option("--key <idempotency-key>", "the same key never sends twice (default: a new one, printed)")
    .option("--reference <text>", "your own reference")
    .option("--class <class>", "critical, standard or bulk")
    .option("--guarantee <guarantee>", "once, at-least-once or at-most-once")
    .option("--deadline <instant>", "RFC 3339 instant after which sending is pointless")
    .option("--wait", "wait until it is settled; exit 1 when it is parked or expired")
    .action(async (options: SendOptions) => {
      const common = {
        reference: options.reference,
        class: options.class,
        guarantee: options.guarantee,
        deadline: options.deadline,
      };
      const request =
        options.operation === undefined
          ? {
              path: "/v1/messages",
              body: {
                to: options.to,
                body: options.body,
                from: options.from,
                via: options.via,
                route: options.route,
                ...common,
              },
            }
          : {
              path: "/v1/operations",
              body: {
                account: options.account,
                operation: options.operation,
                input: await readJsonArgument("--input", options.input),
                ...common,
              },
            };
      if (options.operation === undefined && options.to === undefined)
        throw new CommandError("give --to and --body, or --account, --operation and --input", exit.usage);
      const client = await connect(options);
      const key = options.key ?? randomUUID();
      if (options.key === undefined) say(`idempotency key ${key}`);
      const { body } = await client.ask(request.path, {
        method: "POST",
        body: request.body,
        headers: { "idempotency-key": key },
      });
      const operation = options.wait === true ? await settled(client, textOf(body["id"])) : body;
      if (options.json === true) printJson(operation);
      else
        print(options.wait === true ? operationStory(operation) : `${textOf(operation["id"])}  ${stateOf(operation)}`);
      if (["parked", "expired", "cancelled", "undelivered"].includes(textOf(operation["state"])))
        process.exitCode = exit.failed;
    });
}

const openStates = new Set(["queued", "sending", "retrying", "reconciling", "held"]);

async function settled(client: ApiClient, id: string): Promise<Json> {
  for (;;) {
    const { body } = await client.ask(`/v1/operations/${encodeURIComponent(id)}`);
    if (!openStates.has(textOf(body["state"]))) return body;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** What a list can be asked for, and what the value is. */
const filters = {
  state: ["<states>", "one state or several, separated by commas: queued, accepted, parked, …"],
  account: ["<name>", "of this account"],
  operation: ["<name>", "of this operation, such as messages.create"],
  reference: ["<text>", "with this reference of yours"],
  to: ["<address>", "to this recipient"],
  code: ["<code>", "that ended with this code of the provider"],
  kind: ["<kind>", "that ended with this kind of failure, such as rate_limited"],
  class: ["<class>", "critical, standard or bulk"],
  "created-after": ["<instant>", "handed in after this instant, such as 2026-01-31T12:00:00Z"],
  "created-before": ["<instant>", "handed in before this instant"],
  q: ["<text>", "beginning of an id, reference, recipient, provider id or idempotency key"],
  limit: ["<number>", "1 to 200 (default: 50)"],
  cursor: ["<cursor>", "where to go on, as a page before printed it"],
} as const;

/** Adds `operations`. */
export function registerOperations(program: Command): void {
  const operations = program.command("operations").description("look at operations");
  const list = withConnection(operations.command("list").description("newest first; one page"));
  for (const [name, [value, description]] of Object.entries(filters)) list.option(`--${name} ${value}`, description);
  list.action(async (options: ConnectOptions) => {
    const client = await connect(options);
    const { body } = await client.ask(`/v1/operations${queryOf(options)}`);
    if (options.json === true) printJson(body);
    else {
      print(operationTable(body["data"] as Json[]));
      if (typeof body["next_cursor"] === "string") say(`more: --cursor ${body["next_cursor"]}`);
    }
  });
  withConnection(operations.command("show"))
    .description("one operation's whole story")
    .argument("<id>")
    .action(async (id: string, options: ConnectOptions) => {
      const { body } = await (await connect(options)).ask(`/v1/operations/${encodeURIComponent(id)}`);
      if (options.json === true) printJson(body);
      else print(operationStory(body));
    });
  withConnection(operations.command("cancel"))
    .description("cancel an operation that certainly has not left")
    .argument("<id>")
    .option("--reason <text>", "why")
    .action(async (id: string, options: ConnectOptions & { readonly reason?: string }) => {
      const client = await connect(options);
      const { body } = await client.ask(`/v1/operations/${encodeURIComponent(id)}/cancel`, {
        method: "POST",
        body: options.reason === undefined ? {} : { reason: options.reason },
      });
      if (options.json === true) printJson(body);
      else print(`${textOf(body["id"])}  ${stateOf(body)}`);
    });
  withConnection(operations.command("watch"))
    .description("what changes, as it changes (of one operation: where it stands, first); Ctrl-C ends it")
    .argument("[id]", "only this operation")
    .action(async (id: string | undefined, options: ConnectOptions) => {
      const client = await connect(options);
      const tell = (event: Json): void => {
        if (options.json === true) printJson(event);
        else
          print(
            [event["at"], event["type"], event["id"], event["state"], event["because"]]
              .map(textOf)
              .filter(Boolean)
              .join("  "),
          );
      };
      // Whoever watches what came to rest long ago would see nothing, and of a mistyped id nothing for ever.
      if (id !== undefined) tell(standing((await client.ask(`/v1/operations/${encodeURIComponent(id)}`)).body));
      for await (const event of events(client)) if (id === undefined || textOf(event["id"]) === id) tell(event);
    });
}

/** Where an operation is, in the form of the event that would say so. */
function standing(operation: Json): Json {
  const history = Array.isArray(operation["history"]) ? (operation["history"] as Json[]) : [];
  const last = history.at(-1);
  return {
    type: "operation.changed",
    at: operation["updated_at"],
    id: operation["id"],
    account: operation["account"],
    operation: operation["operation"],
    state: operation["state"],
    event: last?.["event"] ?? null,
    because: last?.["because"] ?? null,
    version: operation["version"],
    failure: operation["failure"],
    parked_reason: operation["parked_reason"],
  };
}

function queryOf(options: object): string {
  const given = new Map<string, unknown>(Object.entries(options));
  const query = new URLSearchParams();
  for (const name of Object.keys(filters)) {
    const value = given.get(name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
    if (typeof value === "string") query.set(name.replaceAll("-", "_"), value);
  }
  return query.size === 0 ? "" : `?${query.toString()}`;
}
