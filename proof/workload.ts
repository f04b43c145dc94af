/**
 * What is handed over: one account and one operation for each class of doubt, and how each provider misbehaves.
 *
 * The shares of faults are the same for everybody; about a quarter of all requests go wrong in some way.
 */

/** What a provider can do about a lost answer. */
export type DoubtClass = "asked" | "key" | "business key" | "neither" | "at most once";

/** One class of doubt and the operation that stands for it. */
export interface Subject {
  readonly doubt: DoubtClass;
  readonly account: string;
  readonly operation: string;
  /** What the table says about it. */
  readonly about: string;
  /** The body of the POST for the operation of this number. */
  request(number: number): Readonly<Record<string, unknown>>;
}

/** Every class, in the order of the table. */
export const subjects: readonly Subject[] = [
  {
    doubt: "asked",
    account: "tw",
    operation: "messages.create",
    about: "Twilio messages: looked up by recipient, sender, text and time",
    // Every twentieth is the twin of the one before: same recipient, same text, another operation.
    request: (number) => {
      const same = number % 20 === 19 ? number - 1 : number;
      return { input: { To: `+1212${2_000_000 + same}`, From: "+15005550006", Body: `message ${same}` } };
    },
  },
  {
    doubt: "key",
    account: "rc",
    operation: "messages.send",
    about: "Red Cloud: de-duplicates by idempotency key",
    request: (number) => ({
      input: { to: [`+1213${2_000_000 + number}`], text: `message ${number}`, messageType: "SMS" },
    }),
  },
  {
    doubt: "business key",
    account: "no",
    operation: "sales-events.create",
    about: "Noticia: ingests each `external_id` once",
    request: (number) => ({
      input: {
        external_id: `sale-${number}`,
        type: "PURCHASE",
        occurred_at: "2026-01-31T09:00:00Z",
        store_id: "store-1",
        currency: "USD",
        total_amount_cents: 1_000 + number,
      },
    }),
  },
  {
    doubt: "neither",
    account: "tw",
    operation: "verifications.create",
    about: "Twilio verifications: neither",
    request: (number) => ({
      input: { ServiceSid: `VA${"0".repeat(32)}`, To: `+1415${2_000_000 + number}`, Channel: "sms" },
    }),
  },
  {
    doubt: "at most once",
    account: "tw",
    operation: "messages.create",
    about: 'Twilio messages with `guarantee: "at-most-once"`',
    request: (number) => ({
      guarantee: "at-most-once",
      input: { To: `+1718${2_000_000 + number}`, From: "+15005550006", Body: `once ${number}` },
    }),
  },
];

/** Longest attempt; a lease is this and the margin of five seconds. */
export const attemptTimeoutMs = 1_000;

/** What a lease lasts with it. */
export const leaseMs = attemptTimeoutMs + 5_000;

/** The accounts, as a configuration file has them. @param sandboxUrl the wire to the sandbox */
export function accountsAt(sandboxUrl: string): Readonly<Record<string, unknown>> {
  return {
    tw: {
      provider: "twilio",
      accountSid: `AC${"0".repeat(32)}`,
      authToken: "proof-auth-token",
      baseUrl: `${sandboxUrl}/twilio`,
      lookupSettle: "500ms",
    },
    rc: {
      provider: "red-cloud",
      clientId: "proof-client",
      clientSecret: "proof-client-secret",
      sendFrom: "num_sandbox",
      baseUrl: `${sandboxUrl}/red-cloud`,
    },
    no: { provider: "noticia", apiKey: "ntca_proof-api-key", baseUrl: `${sandboxUrl}/noticia` },
  };
}

/** How hard to try: minutes of trouble in seconds. */
export const policy = {
  attemptTimeout: `${attemptTimeoutMs}ms`,
  backoff: { base: "200ms", max: "2s" },
  attemptsMax: 12,
  totalWaitMax: "10m",
  deadline: "2h",
};

const operations = [...new Set(subjects.map(({ operation }) => operation))];

/** What goes wrong with about a quarter of the requests for an operation, and a limit that the provider means. */
export function faultsOf(operation: string) {
  return [
    share(operation, 0.04, { status: 503 }),
    share(operation, 0.04, { status: 500, accept: true }),
    share(operation, 0.04, { reset: "after-accept" }),
    share(operation, 0.03, { reset: "before-accept" }),
    share(operation, 0.01, { hang: true }),
    share(operation, 0.01, { hang: true, accept: true }),
    share(operation, 0.01, { hang: true, accept: true, accept_delay: "600ms" }),
    share(operation, 0.02, { status: 502, html: true }),
    share(operation, 0.02, { truncate: 40 }),
    { when: { operation }, do: { rate_limit: { per_second: 40, burst: 40, retry_after: true } } },
  ];
}

/** Rules of the sandbox in ordinary times. */
export const ordinaryFaults = {
  rules: [
    ...operations.flatMap(faultsOf),
    // Of most messages nothing is ever heard, so that doubt has to be settled by asking.
    { when: { operation: "messages.*", share: 0.6 }, do: { callbacks: { drop: 1 } } },
    { when: { operation: "messages.*" }, do: { delay: "10ms", callbacks: { duplicate: 1, shuffle: true } } },
    { when: { operation: "verifications.*" }, do: { delay: "10ms" } },
    { when: { operation: "sales-events.*" }, do: { delay: "10ms" } },
  ],
  list_delay: "200ms",
};

/** Rules while everybody is told to slow down. */
export const stormFaults = {
  ...ordinaryFaults,
  rules: [share(operations, 0.9, { status: 429, headers: { "retry-after": "1" } }), ...ordinaryFaults.rules],
};

function share(operation: string | readonly string[], part: number, what: Readonly<Record<string, unknown>>) {
  return { when: { operation, share: part }, do: what };
}
