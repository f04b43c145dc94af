/**
 * The life of one request, top to bottom: who calls, may they, may they now, what do they say, what is the answer.
 *
 * Everything a route must never forget is done here, in this order: the origin, the key, the role, the rate, the
 * headers a route insists on, then the body (so that a refusal by role never reads one), then the route. Every way out
 * carries a request id and the security headers, also the way of an exception.
 */
import type { BodyRule, Call, Route } from "./call.ts";
import { securityHeaders } from "./middleware/headers.ts";
import type { OriginCheck } from "./middleware/origin.ts";
import type { RateLimit, Taken } from "./middleware/rate-limit.ts";
import { readBody } from "./middleware/read-body.ts";
import { readJsonBody } from "./middleware/read-json-body.ts";
import { requestIdOf } from "./middleware/request-id.ts";
import type { GatewayHost, Observed } from "./options.ts";
import type { Caller } from "./permissions.ts";
import { may, rolesThatMay } from "./permissions.ts";
import type { Answer, Problem } from "./reply.ts";
import { envelope, problem, problemStatus, unavailable } from "./reply.ts";
import type { Read } from "./schemas/reading.ts";

/** What serving needs. */
export interface ServePorts {
  readonly host: Pick<GatewayHost, "monotonic" | "newOperationId">;
  readonly authenticate: (request: Request) => Caller | Problem | Promise<Caller | Problem>;
  readonly hostCheck: OriginCheck;
  readonly originCheck: OriginCheck;
  /** True when foreign origins are refused even for bearers. */
  readonly strictOrigin: boolean;
  readonly rateLimit: RateLimit;
  readonly isUnavailable: (error: unknown) => boolean;
  readonly onError: (error: unknown, requestId: string, route: string) => void;
  readonly observe: ((request: Observed) => void) | null;
}

/** Where a request goes. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  readonly query: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Answers a request by a route. Never rejects. */
export type Serve = (route: Route, request: Request, target: Target) => Promise<Response>;

const nobody: Caller = { name: "", role: "sender", accounts: new Set(), session: null };

/** See the module comment. */
export function createServe(ports: ServePorts): Serve {
  return async (route, request, target) => {
    const startedAt = ports.observe === null ? 0 : ports.host.monotonic();
    const requestId = requestIdOf(request.headers, ports.host.newOperationId);
    let caller = nobody;
    let answer: Answer;
    let taken: Taken | null = null;
    try {
      const admitted = await admit(route, request, target, ports);
      if ("type" in admitted) answer = admitted;
      else {
        caller = admitted;
        taken = route.access === "open" ? null : ports.rateLimit(caller);
        const call = { request, requestId, caller, body: undefined, ...target };
        answer = taken?.problem ?? (await answered(route, call));
      }
    } catch (error) {
      ports.onError(error, requestId, route.path);
      answer = ports.isUnavailable(error) ? unavailable() : broken();
    }
    const response = respond(answer, requestId, taken);
    if (ports.observe !== null)
      ports.observe({
        method: request.method,
        route: route.path,
        status: response.status,
        durationMs: ports.host.monotonic() - startedAt,
        key: caller === nobody ? null : caller.name,
        requestId,
        problem: answer.type === "problem" ? answer.code : null,
      });
    return response;
  };
}

/** Makes the response of an answer. */
function respond(answer: Answer, requestId: string, taken: Taken | null): Response {
  const isReply = answer.type === "reply";
  const headers = {
    ...securityHeaders,
    ...(isReply ? null : problemHeaders),
    ...taken?.headers,
    ...answer.headers,
    "x-request-id": requestId,
  };
  if (isReply) {
    const response = new Response(answer.body as string | null, { status: answer.status, headers });
    for (const line of answer.cookies ?? []) response.headers.append("set-cookie", line);
    return response;
  }
  return new Response(JSON.stringify(envelope(answer, requestId)), { status: problemStatus[answer.code], headers });
}

const problemHeaders = { "content-type": "application/json; charset=utf-8" } as const;

async function admit(route: Route, request: Request, target: Target, ports: ServePorts): Promise<Caller | Problem> {
  if (!route.anyHost) {
    const foreign = ports.hostCheck(request, target.origin);
    if (foreign !== null) return foreign;
  }
  const unsafe = route.method !== "GET" && !route.anyHost;
  if (unsafe && (ports.strictOrigin || route.access === "open")) {
    const foreign = ports.originCheck(request, target.origin);
    if (foreign !== null) return foreign;
  }
  if (route.access === "open") return nobody;
  const found = ports.authenticate(request);
  const caller = found instanceof Promise ? await found : found;
  if ("type" in caller) return caller;
  if (unsafe && caller.session !== null) {
    const foreign = ports.originCheck(request, target.origin);
    if (foreign !== null) return foreign;
  }
  if (route.access !== "key" && !may(caller.role, route.access)) return forbidden(caller, route.access);
  return caller;
}

async function answered(route: Route, call: Call<undefined>): Promise<Answer> {
  const refusal = route.before === null ? null : route.before(call);
  if (refusal !== null) return refusal;
  if (route.body.type === "none") return route.answer(call as Call<never>);
  const reading = await readBodyBy(route.body, call.request);
  if (!reading.ok) return reading.problem;
  return route.answer({ ...call, body: reading.value } as Call<never>);
}

async function readBodyBy(rule: BodyRule<unknown>, request: Request): Promise<Read<unknown>> {
  if (rule.type === "none") return { ok: true, value: undefined };
  if (rule.type === "json") return readJsonBody(rule, request);
  const bytes = await readBody(request, rule.bytesMax);
  return bytes instanceof Uint8Array ? { ok: true, value: bytes } : { ok: false, problem: bytes };
}

function forbidden(caller: Caller, permission: Exclude<Route["access"], "open" | "key">): Problem {
  const roles = rolesThatMay(permission);
  return problem("FORBIDDEN", `The role ${caller.role} may not do this; ${roles.join(", ")} may`, {
    role: caller.role,
  });
}

function broken(): Problem {
  return problem("INTERNAL", "Something broke on our side; the request id finds it in the log");
}
