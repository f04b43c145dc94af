/** Plain HTTP to the fake Twilio, for tests that look at the wire. */

/** An account that is welcome by default. */
export const accountSid = `AC${"a1".repeat(16)}`;

/** Its token. */
export const authToken = "0123456789abcdef0123456789abcdef";

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, or an empty object when it is not. */
  readonly json: Record<string, unknown>;
}

const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;

/** Calls a path below an account. */
export async function call(
  base: string,
  method: string,
  path: string,
  form: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const query = method === "GET" && Object.keys(form).length > 0 ? `?${new URLSearchParams(form).toString()}` : "";
  const response = await fetch(`${base}/2010-04-01/Accounts/${accountSid}${path}${query}`, {
    method,
    headers: { authorization: basic(accountSid, authToken), ...headers },
    ...(method === "POST" ? { body: new URLSearchParams(form) } : {}),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  let json: unknown = {};
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: the tests that care look at `text`.
  }
  return { status: response.status, headers: response.headers, text, json: json as Record<string, unknown> };
}

/** Creates a message. */
export async function create(
  base: string,
  form: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const message = { To: "+15551234567", From: "+15005550006", Body: "Hello", ...form };
  return call(base, "POST", "/Messages.json", message, headers);
}
