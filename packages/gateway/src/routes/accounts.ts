/** Accounts: how they are, and pausing, resuming and checking them. */
import type { AccountHealth } from "@landline/outbox";
import type { z } from "zod";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import type { Caller } from "../permissions.ts";
import { reaches } from "../permissions.ts";
import type { Problem } from "../reply.ts";
import { json, problem } from "../reply.ts";
import { readParameters } from "../schemas/filters.ts";
import { zodReader } from "../schemas/reading.ts";
import { accountVerbSchema, optInSchema } from "../schemas/verbs.ts";
import { toWireAccount } from "../wire/account.ts";
import { accountDocument, accountsDocument, accountVerbDocument, optInDocument } from "./account-documents.ts";
import type { RoutePorts } from "./ports.ts";

/** All routes of accounts. */
export function accountRoutes(ports: RoutePorts): readonly Route[] {
  const { outbox } = ports;
  return [
    route({
      method: "GET",
      path: "/v1/accounts",
      access: "overview",
      document: accountsDocument,
      answer: async ({ caller, query }) => {
        const reading = readParameters(query, []);
        if (!reading.ok) return reading.problem;
        const accounts = await outbox.accounts();
        return json(200, { data: accounts.filter(({ name }) => reaches(caller, name)).map(toWireAccount) });
      },
    }),
    route({
      method: "GET",
      path: "/v1/accounts/{name}",
      access: "overview",
      document: accountDocument,
      answer: async ({ caller, params }) => {
        const accounts = await outbox.accounts();
        const account = accounts.find(({ name }) => name === params["name"] && reaches(caller, name));
        return account === undefined ? noAccount() : json(200, toWireAccount(account));
      },
    }),
    verb(ports, "pause", async (name, caller, reason) => outbox.pause(name, caller.name, reason)),
    verb(ports, "resume", async (name, caller, reason) => outbox.resume(name, caller.name, reason)),
    verb(ports, "check", async (name, caller) => outbox.check(name, caller.name)),
    optIn(ports),
  ];
}

function verb(
  ports: RoutePorts,
  name: "pause" | "resume" | "check",
  run: (account: string, caller: Caller, reason: string) => Promise<AccountHealth | null>,
): Route {
  return route<z.output<typeof accountVerbSchema>>({
    method: "POST",
    path: `/v1/accounts/{name}/${name}`,
    access: "administer",
    document: accountVerbDocument(name),
    body: { type: "json", optional: true, bytesMax: ports.limits.bodyBytesMax, read: zodReader(accountVerbSchema) },
    answer: async ({ caller, params, body }) => {
      const account = params["name"] ?? "";
      if (!reaches(caller, account)) return noAccount();
      const reason = body.reason ?? "no reason given";
      const health = await run(account, caller, reason);
      if (health === null) return noAccount();
      await ports.audit({ actor: caller.name, event: `account.${done[name]}`, subject: account, because: reason });
      return json(200, toWireAccount(health));
    },
  });
}

function optIn(ports: RoutePorts): Route {
  return route<z.output<typeof optInSchema>>({
    method: "POST",
    path: "/v1/accounts/{name}/opt-in",
    access: "administer",
    document: optInDocument,
    body: { type: "json", optional: false, bytesMax: ports.limits.bodyBytesMax, read: zodReader(optInSchema) },
    answer: async ({ caller, params, body }) => {
      const account = params["name"] ?? "";
      if (!reaches(caller, account)) return noAccount();
      const lifted = await ports.outbox.optIn(account, body.to, caller.name, body.reason);
      if (lifted === null) return noAccount();
      // Whose it was stands with the opt-out; the audit names no numbers.
      if (lifted)
        await ports.audit({ actor: caller.name, event: "account.opt-in", subject: account, because: body.reason });
      return json(200, { account, lifted });
    },
  });
}

const done = { pause: "paused", resume: "resumed", check: "checked" } as const;

function noAccount(): Problem {
  return problem("NOT_FOUND", "There is no such account");
}
