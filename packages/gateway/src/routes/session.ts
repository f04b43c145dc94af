/**
 * The console's sign-in: a key is shown once and becomes a cookie that scripts cannot read.
 */
import { z } from "@hono/zod-openapi";
import type { Route } from "../call.ts";
import { route } from "../call.ts";
import { roles } from "../key-ring.ts";
import { callerOf, unauthenticated } from "../middleware/authenticate.ts";
import { cookie, isSecure } from "../middleware/cookies.ts";
import { sessionCookie, sessionMs } from "../middleware/sessions.ts";
import type { Caller } from "../permissions.ts";
import { empty, json } from "../reply.ts";
import { instantSchema } from "../schemas/components.schema.ts";
import { instant } from "../schemas/instant.ts";
import { zodReader } from "../schemas/reading.ts";
import { answers, bodied, bodyOf, refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";
import { baseOf, sessionDocument } from "./sign-in.ts";

/** Who is signed in. */
export interface WireSession {
  readonly name: string;
  readonly role: Caller["role"];
  /** Only these accounts, or null for all. */
  readonly accounts: readonly string[] | null;
  /** What unsafe requests send as `X-CSRF-Token`; null for a bearer, who needs none. */
  readonly csrf_token: string | null;
  readonly expires_at: string | null;
  /** Where to end the session at the provider somebody signed in through, after ending it here; null: nowhere. */
  readonly sign_out_url: string | null;
}

const signInSchema = z.strictObject({ key: z.string().min(1).max(512) }).openapi("SignInRequest");
const sessionSchema = z
  .object({
    name: z.string(),
    role: z.enum(roles),
    accounts: z.array(z.string()).nullable(),
    csrf_token: z.string().nullable(),
    expires_at: instantSchema.nullable(),
    sign_out_url: z
      .string()
      .nullable()
      .openapi({ description: "Where to end the provider's own session, after ending this one" }),
  })
  .openapi("Session");

/** Signing in, asking who one is, signing out. */
export function sessionRoutes(ports: RoutePorts): readonly Route[] {
  return [
    route<z.output<typeof signInSchema>>({
      method: "POST",
      path: "/v1/session",
      access: "open",
      document: sessionDocument("signIn", "Begin a session of the console", {
        request: { body: bodyOf(signInSchema) },
        responses: { 200: answers("Signed in", sessionSchema), ...refusals(...bodied, "UNAUTHENTICATED", "FORBIDDEN") },
      }),
      body: { type: "json", optional: false, bytesMax: 65_536, read: zodReader(signInSchema) },
      answer: async ({ body, origin }) => {
        const key = ports.keys.find(body.key);
        if (key === null) return unauthenticated("The API key is not valid");
        const begun = await ports.sessions.begin(key.digest);
        await ports.audit({ actor: key.name, event: "session.begun", subject: key.name, because: null });
        return json(200, shown(callerOf(key), { csrfToken: begun.csrfToken, expiresAt: begun.expiresAt }), {
          "set-cookie": cookie(sessionCookie, begun.token, {
            maxAgeMs: sessionMs,
            secure: isSecure(origin, ports.publicUrl),
          }),
        });
      },
    }),
    route({
      method: "GET",
      path: "/v1/session",
      access: "key",
      document: sessionDocument("getSession", "Who am I", {
        responses: { 200: answers("The caller", sessionSchema), ...refusals("UNAUTHENTICATED") },
      }),
      answer: async ({ caller, origin }) => {
        if (caller.session === null) return json(200, shown(caller, {}));
        const session = await ports.sessions.find(caller.session.token);
        const person = session !== null && typeof session.holder !== "string";
        const csrfToken = ports.sessions.csrfTokenOf(caller.session.token);
        const signOutUrl = person ? ports.signOn?.signOutUrl(`${baseOf(origin, ports.publicUrl)}/`) : null;
        return json(200, shown(caller, { csrfToken, expiresAt: session?.expiresAt, signOutUrl }));
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/session",
      access: "key",
      document: sessionDocument("signOut", "End the session", {
        responses: { 204: { description: "Ended" }, ...refusals("UNAUTHENTICATED", "FORBIDDEN") },
      }),
      answer: async ({ caller, origin }) => {
        if (caller.session !== null) await ports.sessions.end(caller.session.token);
        const secure = isSecure(origin, ports.publicUrl);
        return empty({ "set-cookie": cookie(sessionCookie, "", { maxAgeMs: 0, secure }) });
      },
    }),
  ];
}

function shown(
  caller: Caller,
  session: {
    readonly csrfToken?: string;
    readonly expiresAt?: number | undefined;
    readonly signOutUrl?: string | null | undefined;
  },
): WireSession {
  return {
    name: caller.name,
    role: caller.role,
    accounts: caller.accounts === null ? null : [...caller.accounts],
    csrf_token: session.csrfToken ?? null,
    expires_at: instant(session.expiresAt ?? null),
    sign_out_url: session.signOutUrl ?? null,
  };
}
