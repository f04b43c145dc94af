/**
 * Signing in through a provider: away with a person, and back. (OpenID Connect Core 1.0, authorization code flow.)
 *
 * What ties the way back to the browser that left is a cookie that lives for ten minutes and that scripts cannot read. It
 * is `Lax`, because the provider's redirect comes from another site; the session's own cookie stays `Strict`, and is first
 * sent by our own page. A browser is led to the sign-in page with one word of what went wrong; a program gets the envelope.
 */
import { z } from "@hono/zod-openapi";
import type { Call, Route, RouteDocument } from "../call.ts";
import { route } from "../call.ts";
import { personCaller, unauthenticated } from "../middleware/authenticate.ts";
import { cookie, cookieOf, isSecure } from "../middleware/cookies.ts";
import { sessionCookie } from "../middleware/sessions.ts";
import type { ReturningMemo } from "../middleware/sign-in-memo.ts";
import { decodeMemo, encodeMemo, isOwnPath, memoCookie, memoMs, returnToMax } from "../middleware/sign-in-memo.ts";
import type { Answer, Problem, Reply } from "../reply.ts";
import { invalid, json, problem, unavailable } from "../reply.ts";
import { readParameters } from "../schemas/filters.ts";
import type { Person, SignInTrouble, SingleSignOn } from "../sign-in.ts";
import { answers, refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";

const path = "/v1/session/oidc";
const callbackPath = `${path}/callback`;

/** Ways to sign in. */
export interface WireSignInOptions {
  readonly key: true;
  readonly oidc: { readonly label: string; readonly url: string } | null;
}

const optionsSchema = z
  .object({ key: z.literal(true), oidc: z.object({ label: z.string(), url: z.string() }).nullable() })
  .openapi("SignInOptions");
const redirected = { description: "Elsewhere", headers: z.object({ Location: z.string() }) };

/** A route of signing in or out, documented. */
export function sessionDocument(
  operationId: string,
  summary: string,
  rest: Omit<RouteDocument, "tags">,
): RouteDocument {
  return { operationId, tags: ["Session"], summary, ...rest };
}

/** `GET /v1/session/options`, `/v1/session/oidc` and its callback. */
export function signInRoutes(ports: RoutePorts, log: (message: string) => void): readonly Route[] {
  const { signOn } = ports;
  return [
    route({
      method: "GET",
      path: "/v1/session/options",
      access: "open",
      document: sessionDocument("getSignInOptions", "Ways to sign in", {
        responses: { 200: answers("A key always; a provider where one is configured", optionsSchema), ...refusals() },
      }),
      answer: () => {
        const oidc = signOn === null ? null : { label: signOn.label, url: path };
        return json(200, { key: true, oidc } satisfies WireSignInOptions);
      },
    }),
    route({
      method: "GET",
      path,
      access: "open",
      document: sessionDocument("beginSignIn", "Leave for the provider", {
        description: "For browsers. `return_to` is a path of the console.",
        request: { query: z.object({ return_to: z.string().max(returnToMax).optional() }) },
        responses: { 302: redirected, ...refusals("VALIDATION_ERROR", "NOT_FOUND") },
      }),
      answer: async (call) => (signOn === null ? none() : begin(ports, signOn, call, log)),
    }),
    route({
      method: "GET",
      path: callbackPath,
      access: "open",
      document: sessionDocument("finishSignIn", "Come back from the provider", {
        description: "The provider sends the browser here, with its answer in the query.",
        responses: { 303: redirected, ...refusals("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND") },
      }),
      answer: async (call) => (signOn === null ? none() : finish(ports, signOn, call, log)),
    }),
  ];
}

/** Where the browser knows us: the public address, unless it came by a loopback name, past the proxy. */
export function baseOf(origin: string, publicUrl: string | null): string {
  const loopback = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(origin);
  return publicUrl === null || loopback ? origin : publicUrl.replace(/\/+$/, "");
}

type Log = (message: string) => void;

async function begin(ports: RoutePorts, signOn: SingleSignOn, call: Call, log: Log): Promise<Answer> {
  const reading = readParameters(call.query, ["return_to"]);
  if (!reading.ok) return reading.problem;
  const returnTo = reading.value["return_to"] ?? "/";
  if (!isOwnPath(returnTo)) return invalid("return_to", "return_to must be a path of the console");
  const begun = await signOn.begin(`${baseOf(call.origin, ports.publicUrl)}${callbackPath}`);
  if (!begun.ok) return failed(call, begun.trouble, begun.message, log);
  const memo: ReturningMemo = { ...begun.memo, returnTo };
  return { ...redirect(302, begun.url), cookies: [memoLine(encodeMemo(memo), memoMs, call, ports)] };
}

async function finish(ports: RoutePorts, signOn: SingleSignOn, call: Call, log: Log): Promise<Answer> {
  const forget = memoLine("", 0, call, ports);
  const back = (trouble: Trouble, message: string): Answer => {
    const answer = failed(call, trouble, message, log);
    return answer.type === "reply" ? { ...answer, cookies: [forget] } : answer;
  };
  const memo = decodeMemo(cookieOf(call.request.headers.get("cookie"), memoCookie));
  if (memo === null) return back("invalid", "the browser that came back is not the one that left");
  const address = new URL(`${baseOf(call.origin, ports.publicUrl)}${callbackPath}?${call.query}`);
  const finished = await signOn.finish(address, memo);
  if (!finished.ok) return back(finished.trouble, finished.message);
  const { person } = finished;
  const caller = personCaller(signOn, person);
  if (caller === null) {
    const actor = `oidc:${person.name}`;
    await ports.audit({ actor, event: "session.refused", subject: subjectOf(person), because: "no role" });
    return back("no_role", "none of the person's groups has a role");
  }
  const begun = await ports.sessions.begin(person, signOn.sessionMs);
  await ports.audit({ actor: caller.name, event: "session.begun", subject: subjectOf(person), because: null });
  const secure = isSecure(call.origin, ports.publicUrl);
  const session = cookie(sessionCookie, begun.token, { maxAgeMs: signOn.sessionMs, secure });
  return { ...redirect(303, memo.returnTo), cookies: [session, forget] };
}

type Trouble = SignInTrouble | "no_role";

/** A browser goes to the sign-in page, which has words for each; a program gets the envelope. */
function failed(call: Call, trouble: Trouble, message: string, log: Log): Answer {
  log(`${trouble}: ${message}`);
  const wantsPage = call.request.headers.get("accept")?.includes("text/html") ?? false;
  return wantsPage ? redirect(303, `/?sign_in=${trouble}`) : envelopeOf(trouble);
}

function envelopeOf(trouble: Trouble): Problem {
  switch (trouble) {
    case "unreachable":
      return unavailable("The sign-in provider does not answer as one: try again, or sign in with a key");
    case "denied":
      return problem("FORBIDDEN", "The sign-in provider refused");
    case "no_role":
      return problem("FORBIDDEN", "The provider knows you, but none of your groups has a role here");
    case "invalid":
      return unauthenticated("This sign-in has ended or was not begun here: begin again");
    default:
      return trouble satisfies never;
  }
}

function none(): Problem {
  return problem("NOT_FOUND", "No sign-in provider is configured");
}

function redirect(status: 302 | 303, location: string): Reply {
  return { type: "reply", status, body: null, headers: { location } };
}

function subjectOf({ issuer, subject }: Person): string {
  return `${issuer} ${subject}`;
}

function memoLine(value: string, maxAgeMs: number, { origin }: Call, { publicUrl }: RoutePorts): string {
  return cookie(memoCookie, value, { maxAgeMs, secure: isSecure(origin, publicUrl), path, sameSite: "Lax" });
}
