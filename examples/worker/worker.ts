/**
 * A worker in the style of Cloudflare's. The `workerd` condition selects the transport over `fetch`; nothing of Node is
 * needed, and only the operation that is called is bundled. In a worker nothing should outlive the request, so the deadline is short and doubt is told, not waited for.
 */
import { createClient } from "@landline/client";
import { messagesCreate, twilioCalls } from "@landline/providers/twilio/client";

/** Bindings of the worker. */
export interface Env {
  readonly TWILIO_ACCOUNT_SID: string;
  readonly TWILIO_AUTH_TOKEN: string;
  readonly TWILIO_FROM: string;
  readonly TWILIO_BASE_URL?: string;
}

/** The worker; `export { worker as default }` in the file that is deployed. */
export const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_BASE_URL: baseUrl } = env;
    const account = twilioCalls(
      { accountSid, authToken, ...(baseUrl === undefined ? {} : { baseUrl }) },
      { "messages.create": messagesCreate },
    );
    const client = createClient(account, { attemptsMax: 2, attemptTimeout: "5s", deadline: "10s" });
    const { to, text } = (await request.json()) as { to: string; text: string };
    const result = await client.call(
      "messages.create",
      { To: to, From: env.TWILIO_FROM, Body: text },
      { signal: request.signal },
    );
    if (result.ok) return Response.json({ id: result.value.sid }, { status: 202 });
    return Response.json({ error: result.failure.kind, execution: result.failure.execution }, { status: 502 });
  },
};
