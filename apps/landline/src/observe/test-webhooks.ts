/**
 * Calls our own callback addresses from outside, as a provider would but without a signature.
 *
 * The proof that the way leads here is the refusal: our envelope, with the request id that was sent along. A proxy's
 * error page, another service or a login wall cannot give it. Nothing is stored by it.
 */
import type { Checked } from "@landline/gateway";

const patienceMs = 10_000;

/** Calls each account's address once. Never rejects. */
export async function testWebhooks(
  publicUrl: string | null,
  accounts: readonly string[],
  ports: { readonly newToken: () => string; readonly monotonic: () => number; readonly fetch: typeof fetch },
): Promise<readonly Checked[]> {
  return Promise.all(
    accounts.map(async (account): Promise<Checked> => {
      const startedAt = ports.monotonic();
      const error =
        publicUrl === null
          ? "http.publicUrl is not set: providers cannot report back"
          : await refusedByUs(`${publicUrl}/webhooks/${encodeURIComponent(account)}`, ports);
      return { subject: account, error, durationMs: ports.monotonic() - startedAt };
    }),
  );
}

async function refusedByUs(
  url: string,
  ports: { readonly newToken: () => string; readonly fetch: typeof fetch },
): Promise<string | null> {
  const requestId = `wht_${ports.newToken()}`;
  try {
    const response = await ports.fetch(url, {
      method: "POST",
      body: "",
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded", "x-request-id": requestId },
      signal: AbortSignal.timeout(patienceMs),
    });
    const said = (await response.json().catch(() => null)) as { code?: unknown; request_id?: unknown } | null;
    const ours = said?.request_id === requestId;
    if (ours && (said.code === "FORBIDDEN" || said.code === "VALIDATION_ERROR")) return null;
    if (ours && said.code === "NOT_FOUND") return "a gateway answers there that does not know this account";
    if (response.status >= 300 && response.status < 400)
      return `answers ${response.status}: providers do not follow redirects; give them the final address`;
    return `answers ${response.status}, and not as a gateway: does the proxy pass POST requests and X-Request-Id on unchanged?`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return `does not answer: ${cause}`;
  }
}
