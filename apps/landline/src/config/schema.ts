/**
 * The shape of a configuration file, apart from what only a provider can judge.
 *
 * Strict on purpose: a misspelt key is a fault, because a misspelt `deadline` that is silently ignored sends late.
 */
import { parseDuration } from "@landline/core";
import { z } from "zod";
import { keyBytes } from "./read-encryption.ts";
import { roles } from "./types.ts";

const text = z.string().min(1, "must not be empty");

const httpUrl = text.refine((value) => {
  const url = URL.parse(value);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:");
}, "must be an http or https URL");

const duration = z
  .union([z.string(), z.number()])
  .refine((value) => parseDuration(value) !== null, 'must be a duration such as "200ms", "15s" or "24h"')
  .transform((value) => parseDuration(value) ?? 0);

const store = text
  .refine(
    (value) => /^sqlite:.+/.test(value) || /^postgres(ql)?:\/\/.+/.test(value),
    'must be "sqlite:PATH" or "postgres://…"',
  )
  .refine(
    (value) => !/\$\{\w+\}/.test(value),
    'has a ${NAME} that nobody fills in: put the whole address into a variable and write { "env": "NAME" }',
  );

const routeStep = text.refine(
  (value) => /^[^:\s]+(:[a-z]+)?$/.test(value),
  'must be "account" or "account:channel", such as "tw:sms"',
);

const rateLimit = z.strictObject({
  perSecond: z.number().min(0.01, "must be at least 0.01").max(1_000_000),
  burst: z.number().int().min(1).max(1_000_000).optional(),
});

const alert = z.discriminatedUnion(
  "to",
  [
    z.strictObject({ to: z.literal("webhook"), url: httpUrl, secret: text.optional() }),
    z.strictObject({ to: z.literal("pagerduty"), routingKey: text, url: httpUrl.optional() }),
    z.strictObject({ to: z.literal("slack"), url: httpUrl }),
    z.strictObject({ to: z.literal("sentry"), dsn: httpUrl }),
  ],
  { error: 'must have "to": "webhook", "pagerduty", "slack" or "sentry"' },
);

const sealingKey = text.refine(
  (value) => keyBytes(value) !== null,
  "must be 32 bytes as base64 or hex, such as `openssl rand -base64 32` prints",
);

const encryption = z.strictObject({
  key: sealingKey,
  oldKeys: z.array(sealingKey).default([]),
  forgotten: z.array(text).default([]),
});

const oidc = z.strictObject({
  issuer: httpUrl.refine(
    (value) =>
      value.startsWith("https:") || /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])[:/]/.test(`${value}/`),
    "must be https, or on this machine",
  ),
  clientId: text,
  clientSecret: text.optional(),
  scope: text
    .refine((value) => value.split(" ").includes("openid"), "must contain openid")
    .default("openid profile email groups"),
  label: text.max(60).default("Single sign-on"),
  roleClaim: text.default("groups"),
  nameClaim: text.default("email"),
  roles: z
    .array(z.strictObject({ value: text, role: z.enum(roles), accounts: z.array(text).min(1).optional() }))
    .min(1, "must give somebody a role"),
  session: duration.prefault("12h"),
});

/** The configuration file. `accounts` and `policy` are read by the provider and by core, so they pass as they are. */
export const fileSchema = z.strictObject({
  store: store.default("sqlite:./landline.db"),
  http: z
    .strictObject({
      host: text.default("127.0.0.1"),
      port: z.number().int().min(0).max(65_535).default(8080),
      publicUrl: httpUrl.optional(),
      traceUrl: httpUrl.refine((value) => value.includes("{trace_id}"), "must contain {trace_id}").optional(),
      metrics: z.enum(["key", "open"]).default("key"),
      rateLimit: rateLimit.optional(),
    })
    .prefault({}),
  apiKeys: z
    .array(
      z.strictObject({
        name: text.max(100),
        role: z.enum(roles),
        key: text.min(8, "must have at least 8 characters"),
        accounts: z.array(text).optional(),
        rateLimit: rateLimit.optional(),
      }),
    )
    .default([]),
  encryption: encryption.optional(),
  oidc: oidc.optional(),
  accounts: z
    .record(text.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, "account names are letters, digits, - and _"), z.looseObject({}))
    .default({}),
  routes: z.record(text, z.array(routeStep).min(1, "must name at least one step")).default({}),
  policy: z.unknown().optional(),
  alerts: z.array(alert).default([]),
  retention: z
    .strictObject({ operations: duration.default(30 * 86_400_000), idempotency: duration.default(7 * 86_400_000) })
    .prefault({}),
  review: z
    .strictObject({
      approval: z.strictObject({ above: z.number().int().min(0).max(1_000_000) }).optional(),
    })
    .prefault({}),
  concurrency: z.number().int().min(1).max(10_000).default(64),
});

/** What a configuration file may contain, for `defineConfig()`. */
export type ConfigFile = z.input<typeof fileSchema>;

/** One that was checked, defaults filled in. */
export type CheckedFile = z.output<typeof fileSchema>;
