/**
 * A route handler of Hono; a Next.js one (`app/api/codes/route.ts`) is the same function under the name `POST`.
 * The client is made once and shared: it holds the connections, the lanes and the retry budget.
 */
import { createClient } from "@landline/client";
import type { TwilioOptions } from "@landline/providers/twilio";
import { twilio } from "@landline/providers/twilio";
import { Hono } from "hono";

/** The application; the account comes from the caller, as secrets do. */
export function createApp(account: TwilioOptions, from: string): Hono {
  const client = createClient(twilio(account), { attemptsMax: 3, deadline: "8s" });
  const app = new Hono();

  app.post("/codes", async (context) => {
    const { to, code } = await context.req.json<{ to: string; code: string }>();
    const result = await client.call(
      "messages.create",
      { To: to, From: from, Body: `Your code is ${code}` },
      { signal: context.req.raw.signal, idempotencyKey: `code-${code}` },
    );
    if (result.ok) return context.json({ id: result.value.sid }, 202);
    const { failure } = result;
    // A code that may have been sent must not be sent again by a reader who only sees an error.
    if (failure.execution === "unknown") return context.json({ maybe_sent: true, reason: failure.kind }, 202);
    return context.json(
      { error: failure.kind, field: failure.field, hint: failure.guidance },
      failure.responsible === "caller" ? 422 : 503,
    );
  });

  return app;
}
