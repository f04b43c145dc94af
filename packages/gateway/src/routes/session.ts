/**
 * The console's sign-in: a key is shown once and becomes a cookie that scripts cannot read.
 */
import { z } from "@hono/zod-openapi";
import type { Route, RouteDocument } from "../call.ts";
import { route } from "../call.ts";
import { roles } from "../key-ring.ts";
import { callerOf, unauthenticated } from "../middleware/authenticate.ts";
import { sessionCookie, sessionMs } from "../middleware/sessions.ts";
import type { Caller } from "../permissions.ts";
import { empty, json } from "../reply.ts";
import { instantSchema } from "../schemas/components.schema.ts";
import { instant } from "../schemas/instant.ts";
import { zodReader } from "../schemas/reading.ts";
import { answers, bodied, bodyOf, refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";

/** Who is signed in. */
export interface WireSession {
  readonly name: string;
  readonly role: Caller["role"];
  /** Only these accounts, or null for all. */
  readonly accounts: readonly string[] | null;
  /** What unsafe requests send as `X-CSRF-Token`; null for a bearer, who needs none. */
  readonly csrf_token: string | null;
  readonly expires_at: string | null;
}

const signInSchema = z.strictObject({ key: z.string().min(1).max(512) }).openapi("SignInRequest");
const sessionSchema = z
  .object({
    name: z.string(),
    role: z.enum(roles),
    accounts: z.array(z.string()).nullable(),
    csrf_token: z.string().nullable(),
    expires_at: instantSchema.nullable(),
  })
  .openapi("Session");

const document = (operationId: string, summary: string, rest: Omit<RouteDocument, "tags">): RouteDocument => ({
  operationId,
  tags: ["Session"],
  summary,
  ...rest,
});

/** Signing in, asking who one is, signing out. */
export function sessionRoutes(ports: RoutePorts): readonly Route[] {
  return [
    route<z.output<typeof signInSchema>>({
      method: "POST",
      path: "/v1/session",
      access: "open",
      document: document("signIn", "Begin a session of the console", {
        request: { body: bodyOf(signInSchema) },
        responses: { 200: answers("Signed in", sessionSchema), ...refusals(...bodied, "UNAUTHENTICATED", "FORBIDDEN") },
      }),
      body: { type: "json", optional: false, bytesMax: 65_536, read: zodReader(signInSchema) },
      answer: async ({ body, origin }) => {
        const key = ports.keys.find(body.key);
        if (key === null) return unauthenticated("The API key is not valid");
        const begun = await ports.sessions.begin(key.digest);
        await ports.audit({ actor: key.name, event: "session.begun", subject: key.name, because: null });
        return json(200, shown(callerOf(key), begun.csrfToken, begun.expiresAt), {
          "set-cookie": cookie(begun.token, sessionMs / 1000, isSecure(origin, ports.publicUrl)),
        });
      },
    }),
    route({
      method: "GET",
      path: "/v1/session",
      access: "key",
      document: document("getSession", "Who am I", {
        responses: { 200: answers("The caller", sessionSchema), ...refusals("UNAUTHENTICATED") },
      }),
      answer: async ({ caller }) => {
        if (caller.session === null) return json(200, shown(caller, null, null));
        const session = await ports.sessions.find(caller.session.token);
        return json(200, shown(caller, ports.sessions.csrfTokenOf(caller.session.token), session?.expiresAt ?? null));
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/session",
      access: "key",
      document: document("signOut", "End the session", {
        responses: { 204: { description: "Ended" }, ...refusals("UNAUTHENTICATED", "FORBIDDEN") },
      }),
      answer: async ({ caller, origin }) => {
        if (caller.session !== null) await ports.sessions.end(caller.session.token);
        return empty({ "set-cookie": cookie("", 0, isSecure(origin, ports.publicUrl)) });
      },
    }),
  ];
}

function shown(caller: Caller, csrfToken: string | null, expiresAt: number | null): WireSession {
  return {
    name: caller.name,
    role: caller.role,
    accounts: caller.accounts === null ? null : [...caller.accounts],
    csrf_token: csrfToken,
    expires_at: instant(expiresAt),
  };
}

function cookie(token: string, maxAgeS: number, secure: boolean): string {
  return `${sessionCookie}=${token}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}

/** True when the browser reached us by TLS, here or at a proxy under our public name. */
function isSecure(origin: string, publicUrl: string | null): boolean {
  if (origin.startsWith("https:")) return true;
  return publicUrl?.startsWith("https:") === true && new URL(publicUrl).host === origin.slice(origin.indexOf("//") + 2);
}
