/**
 * The fake Twilio: reads paths, checks credentials, and hands over to messages, calls and verifications.
 *
 * Everything lives under one base URL (`/2010-04-01`, `/v2/Services`, `/v2/token`), where Twilio uses several hosts.
 */
import type { Answer, Call, Fake, FakeWorld, Performance, Received } from "../fake.ts";
import type { FaultDo } from "../faults/rules.ts";
import { one, operationIdIn, readForm } from "../http/form.ts";
import type { Form } from "../http/form.ts";
import { randomHex } from "../random.ts";
import { answer, refuse, rfc2822 } from "./answers.ts";
import type { Format } from "./answers.ts";
import { createCalls } from "./calls.ts";
import { createCredentials } from "./credentials.ts";
import type { TwilioAccount } from "./credentials.ts";
import { apiVersion, uriOf } from "./desk.ts";
import type { Desk, Visit } from "./desk.ts";
import { createInbound } from "./inbound.ts";
import type { TwilioInbound } from "./inbound.ts";
import { createMessages } from "./messages.ts";
import { asProblem } from "./problem.ts";
import { createVerifications } from "./verify.ts";

/** How this Twilio differs from the most welcoming one. */
export interface TwilioOptions {
  /** Who may call. Default: anybody with well-formed credentials. */
  readonly accounts?: readonly TwilioAccount[];
  /** Senders the accounts own. Default: any well-formed one. */
  readonly senders?: readonly string[];
  /** Milliseconds from one status to the next. Default 250. */
  readonly stepMs?: number;
  /** Milliseconds a bearer token lives. Default one hour. */
  readonly tokenLifetimeMs?: number;
  /**
   * How errors are written: the envelope of the 2010 API, or problems (RFC 9457) as of Twilio's newer ones. Default the
   * first. What is asked for in XML stays XML.
   */
  readonly errors?: "envelope" | "problem";
  /** Where messages from people go. Default: nowhere. */
  readonly inbound?: TwilioInbound;
}

const accountPath = /^\/2010-04-01\/Accounts\/([^/.]+)(?:\/(Messages|Calls)(?:\/([^/.]+))?)?(\.json)?$/;
const verifyPath = /^\/v2\/Services\/([^/]+)\/(Verifications|VerificationCheck)(?:\/([^/]+))?$/;

/** A Twilio nobody has called yet. */
export function createTwilio(world: FakeWorld, options: TwilioOptions): Fake {
  const credentials = createCredentials(options.accounts ?? null, options.tokenLifetimeMs ?? 3_600_000);
  const inbound = createInbound(world, options.inbound ?? {});
  const desk: Desk = {
    world: { ...world, recipients: () => inbound.with(world.recipients()) },
    credentials,
    pace: { stepMs: options.stepMs ?? 250 },
    senders: options.senders ?? null,
  };
  const resources = { Messages: createMessages(desk), Calls: createCalls(desk) };
  const verifications = createVerifications(desk);

  const visitResource = (
    received: Received,
    kind: "Messages" | "Calls",
    found: { readonly accountSid: string; readonly sid: string | null; readonly format: Format },
  ): Call => {
    const { accountSid, sid, format } = found;
    const form = readForm(received.method === "POST" ? received.body.toString() : received.search);
    const resource = resources[kind];
    const verb = verbOf(received.method, sid, form);
    const family = kind === "Messages" ? "messages" : "calls";
    const operation =
      verb === null
        ? "unknown"
        : kind === "Calls" && ["cancel", "redact"].includes(verb)
          ? "calls.update"
          : `${family}.${verb}`;
    return {
      operation,
      to: sid === null ? one(form, "To") : resource.recipientOf(accountSid, sid),
      from: one(form, "From"),
      operationId: operationIdIn(one(form, "StatusCallback")),
      perform(performance) {
        const refusal = credentials.refusal(received, accountSid, format, performance.now);
        if (refusal !== null) return refusal;
        const visit: Visit = { received, accountSid, sid, format, form, performance };
        switch (verb) {
          case "create":
            return resource.create(visit);
          case "list":
            return resource.list(visit);
          case "fetch":
            return resource.fetch(visit);
          case "cancel":
          case "redact":
          case "update":
            return resource.update(visit);
          case "delete":
            return resource.remove(visit);
          case null:
            return refuse(405, 20004, "Method not allowed", format);
          default:
            return verb satisfies never;
        }
      },
    };
  };

  const visitVerify = (received: Received, match: RegExpExecArray): Call => {
    const [, serviceSid = "", kind, sid] = match;
    const form = readForm(received.body.toString());
    const check = kind === "VerificationCheck";
    const verb = check ? "check" : verbOf(received.method, sid ?? null, form);
    const perform = (performance: Performance): Answer => {
      const refusal = credentials.refusal(received, null, "json", performance.now);
      if (refusal !== null) return refusal;
      if (!/^VA[0-9a-fA-F]{32}$/.test(serviceSid)) return refuse(404, 20404);
      if (check && received.method === "POST" && sid === undefined)
        return verifications.check(serviceSid, form, performance);
      if (verb === "create")
        return verifications.create(serviceSid, credentials.accountOf(received), form, performance);
      if (verb === "fetch") return verifications.fetch(serviceSid, sid ?? "", performance);
      if (verb === "update" || verb === "cancel") return verifications.update(serviceSid, sid ?? "", form, performance);
      return refuse(405, 20004, "Method not allowed");
    };
    const operation = verb === null ? "unknown" : `verifications.${verb === "cancel" ? "update" : verb}`;
    return { operation, to: one(form, "To"), from: null, operationId: null, perform };
  };

  const identify = (received: Received): Call => {
    const account = accountPath.exec(received.path);
    if (account !== null) {
      const [, accountSid = "", kind, sid = null, suffix] = account;
      const format = suffix === undefined ? "xml" : "json";
      if (kind === "Messages" || kind === "Calls") return visitResource(received, kind, { accountSid, sid, format });
      return plain("accounts.fetch", ({ now }) =>
        received.method === "GET"
          ? (credentials.refusal(received, accountSid, format, now) ??
            answer(200, accountResource(accountSid, now), format))
          : refuse(405, 20004, "Method not allowed", format),
      );
    }
    const verify = verifyPath.exec(received.path);
    if (verify !== null) return visitVerify(received, verify);
    if (received.path === "/v2/token" && received.method === "POST")
      return plain("token", ({ now }) => credentials.token(received, now));
    return plain("unknown", () => refuse(404, 20404));
  };

  return {
    name: "twilio",
    owns: (path) => /^\/(2010-04-01|v2)(\/|$)/.test(path),
    identify(received) {
      const call = identify(received);
      if (options.errors !== "problem") return call;
      return { ...call, perform: (performance) => asProblem(call.perform(performance), received.path) };
    },
    refusal(status, fault, received) {
      const envelope = refuse(status, fault.code ?? codeFor(status), fault.message ?? null);
      const wanted = fault.problem ?? options.errors === "problem";
      return wanted ? asProblem(envelope, received.path) : envelope;
    },
    ambientHeaders: (inFlight) => ({
      "Twilio-Request-Id": `RQ${randomHex(16)}`,
      "Twilio-Concurrent-Requests": String(inFlight),
      "Twilio-Request-Duration": "0.010",
      "X-Home-Region": "us1",
      "X-Powered-By": "AT-5000",
    }),
    apply(effect) {
      if (effect.operation.startsWith("messages.")) resources.Messages.apply(effect);
      else if (effect.operation.startsWith("calls.")) resources.Calls.apply(effect);
      else verifications.apply(effect);
    },
    announce(effect, fault) {
      if (effect.operation.startsWith("messages.")) resources.Messages.announce(effect, fault);
      else if (effect.operation.startsWith("calls.")) resources.Calls.announce(effect, fault);
    },
    control(command) {
      switch (command.action) {
        case "revoke-tokens":
          credentials.revokeTokens();
          return true;
        case "inbound": {
          const { account_sid: named } = command;
          const accountSid = typeof named === "string" ? named : credentials.anyAccount();
          return inbound.send(command, accountSid, credentials.authTokenOf(accountSid));
        }
        default:
          return false;
      }
    },
    reset() {
      inbound.reset();
      resources.Messages.reset();
      resources.Calls.reset();
      verifications.reset();
      credentials.reset();
    },
  };
}

type Verb = "create" | "list" | "fetch" | "cancel" | "redact" | "update" | "delete";

function verbOf(method: string, sid: string | null, form: Form): Verb | null {
  if (sid === null) return method === "POST" ? "create" : method === "GET" ? "list" : null;
  if (method === "GET") return "fetch";
  if (method === "DELETE") return "delete";
  if (method !== "POST") return null;
  if (one(form, "Status") === "canceled") return "cancel";
  return one(form, "Body") === "" ? "redact" : "update";
}

function plain(operation: string, perform: (performance: Performance) => Answer): Call {
  return { operation, to: null, from: null, operationId: null, perform };
}

/**
 * The code Twilio pairs with a status when a fault names none. Null for statuses that its pages do not know: those come
 * from something in between, and a code that decides would hide what the status alone means.
 */
function codeFor(status: FaultDo["status"]): number | null {
  const codes: Readonly<Record<number, number>> = {
    400: 20001,
    401: 20003,
    403: 20006,
    404: 20404,
    405: 20004,
    409: 20409,
    422: 20422,
    429: 20429,
    500: 20500,
    502: 20500,
    503: 20503,
    504: 20500,
  };
  return codes[status ?? 500] ?? null;
}

function accountResource(accountSid: string, now: number): Readonly<Record<string, unknown>> {
  return {
    auth_token: "",
    date_created: rfc2822(now),
    date_updated: rfc2822(now),
    friendly_name: "Sandbox",
    owner_account_sid: accountSid,
    sid: accountSid,
    status: "active",
    subresource_uris: { calls: uriOf(accountSid, "Calls.json"), messages: uriOf(accountSid, "Messages.json") },
    type: "Full",
    uri: `/${apiVersion}/Accounts/${accountSid}.json`,
  };
}
