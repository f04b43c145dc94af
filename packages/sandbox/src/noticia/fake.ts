/**
 * The fake Noticia: keys first, then media type, size, idempotency, and the operation itself.
 */
import { hash } from "node:crypto";
import type { Answer, Call, Fake, FakeWorld, Performance, Received } from "../fake.ts";
import { isJsonType, readObject } from "../http/json-body.ts";
import { randomHex } from "../random.ts";
import { answer, refusal, refuse } from "./answers.ts";
import type { Naming } from "./answers.ts";
import { createIdempotencyKeys, refuseKey } from "./idempotency.ts";
import type { StoredAnswer } from "./idempotency.ts";
import { readInput } from "./input.ts";
import type { Input } from "./input.ts";
import { createKeys } from "./keys.ts";
import type { KeyState, NoticiaKey } from "./keys.ts";
import { createRecords } from "./records.ts";
import type { Resource } from "./records.ts";
import { changeConsent, ingestSale, setAttributes, upsertProfile, upsertStore } from "./writes.ts";
import type { Write, WriteContext } from "./writes.ts";

export type { NoticiaKey } from "./keys.ts";

/** How this Noticia differs from the most welcoming one. */
export interface NoticiaOptions {
  /** Who may call. Default: every `ntca_…` key; see the guide for the names that are refused. */
  readonly keys?: readonly NoticiaKey[];
  /** Bytes of a body; more is `PAYLOAD_TOO_LARGE`. Default 1 MiB. */
  readonly bodyBytesMax?: number;
}

interface Route {
  readonly operation: string;
  /** The id in the path, or null. */
  readonly id: string | null;
}

const writes: Readonly<Record<string, (input: Input, id: string, context: WriteContext) => Write>> = {
  "profiles.upsert": (input, _, context) => upsertProfile(input, context),
  "profiles.set-attributes": setAttributes,
  "subscriptions.opt-in": (input, _, context) => changeConsent(input, true, context),
  "subscriptions.opt-out": (input, _, context) => changeConsent(input, false, context),
  "sales-events.create": (input, _, context) => ingestSale(input, context),
  "stores.upsert": (input, _, context) => upsertStore(input, context),
};

/** A Noticia nobody has called yet. */
export function createNoticia(_world: FakeWorld, options: NoticiaOptions): Fake {
  const keys = createKeys(options.keys ?? null);
  const memory = createIdempotencyKeys();
  const records = createRecords();

  const read = (route: Route): Answer => {
    const found = (resource: Resource | null, naming: Naming): Answer =>
      resource === null
        ? refuse(404, "RESOURCE_NOT_FOUND", "The resource does not exist")
        : answer(200, resource, naming);
    const id = route.id ?? "";
    switch (route.operation) {
      case "profiles.fetch":
        return found(records.profile(id), "camel");
      case "profiles.get-attributes": {
        const profile = records.profile(id);
        return found(
          profile === null ? null : { profile_id: profile["id"], attributes: profile["attributes"] },
          "snake",
        );
      }
      case "stores.fetch":
        return found(records.store(id), "snake");
      case "stores.list":
        return answer(200, { data: records.stores() }, "snake");
      default:
        return refuse(404, "RESOURCE_NOT_FOUND", "There is nothing at this path");
    }
  };

  const write = (route: Route, received: Received, performance: Performance): Answer => {
    if (!isJsonType(received.headers["content-type"]))
      return refuse(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json");
    if (received.body.length > (options.bodyBytesMax ?? 1_048_576))
      return refuse(413, "PAYLOAD_TOO_LARGE", "The body is too large");
    const key = received.headers["idempotency-key"] as string | undefined;
    const keyFault = key === undefined ? null : refuseKey(key);
    if (keyFault !== null) return keyFault;
    const place = key === undefined ? null : `${received.headers["x-api-key"] as string} ${key}`;
    const payload = `${received.path} ${hash("sha256", received.body, "hex")}`;
    const recalled = place === null ? null : memory.recall(place, payload, performance.now);
    if (recalled !== null) return recalled;
    const body = readObject(received.body);
    const judge = writes[route.operation];
    if (body === null || judge === undefined) return refuse(400, "VALIDATION_ERROR", "The body must be a JSON object");
    const input = readInput(body);
    const result = judge(input, route.id ?? "", {
      records,
      at: new Date(performance.now).toISOString(),
      newId: (prefix) => `${prefix}_${randomHex(10)}`,
    });
    if (result.type === "refused") return result.answer;
    const given = answer(result.type === "already" ? 200 : result.status, result.shown, input.naming);
    const { status, body: text } = given;
    const stored = {
      payload,
      status,
      body: text,
      at: performance.now,
      busyUntil: performance.now + performance.busyMs,
    };
    if (result.type === "already") {
      if (place !== null) memory.store(place, stored);
      return given;
    }
    const { id, to, record } = result;
    const kept = { record, ...(place === null ? {} : { place, stored }) };
    performance.effect({ at: performance.now, operation: route.operation, id, to, from: null, input: kept });
    return given;
  };

  return {
    name: "noticia",
    owns: (path) => path.startsWith("/v1/"),
    identify(received) {
      const route = routeOf(received);
      const body = received.method === "POST" ? readObject(received.body) : null;
      const phone = body?.["phone_number"] ?? body?.["phoneNumber"];
      const profile = route.id === null ? null : records.profile(route.id);
      return {
        operation: route.operation,
        to: typeof phone === "string" ? phone : ((profile?.["phone_number"] as string | undefined) ?? null),
        from: null,
        operationId: null,
        perform(performance) {
          const refused = keys.refusal(received.headers["x-api-key"] as string | undefined);
          if (refused !== null) return refused;
          return received.method === "POST" && writes[route.operation] !== undefined
            ? write(route, received, performance)
            : read(route);
        },
      } satisfies Call;
    },
    refusal: (status, fault) => refusal(status, fault),
    ambientHeaders: () => ({ "X-Request-Id": `req_${randomHex(10)}` }),
    apply(effect) {
      const { record, place, stored } = effect.input as { record: Resource; place?: string; stored?: StoredAnswer };
      if (place !== undefined && stored !== undefined) memory.store(place, stored);
      if (effect.operation.startsWith("profiles.")) records.putProfile(record);
      else if (effect.operation.startsWith("stores.")) records.putStore(record);
      else if (effect.operation.startsWith("sales-events.")) records.putSale(record);
      else records.addConsent(String(record["phone_number"]), { at: effect.at, resource: record });
    },
    announce: () => undefined,
    control({ action, key, state }) {
      if (action !== "set-key" || typeof key !== "string") return false;
      const states: readonly unknown[] = ["active", "revoked", "expired", "forbidden"];
      return states.includes(state) && keys.setState(key, state as KeyState);
    },
    reset() {
      keys.reset();
      memory.reset();
      records.reset();
    },
  };
}

const fixedRoutes: Readonly<Record<string, string>> = {
  "POST /v1/profiles": "profiles.upsert",
  "POST /v1/subscriptions/opt-in": "subscriptions.opt-in",
  "POST /v1/subscriptions/opt-out": "subscriptions.opt-out",
  "POST /v1/sales-events": "sales-events.create",
  "POST /v1/stores": "stores.upsert",
  "GET /v1/stores": "stores.list",
};

const idRoutes: readonly (readonly [RegExp, string])[] = [
  [/^GET \/v1\/profiles\/([^/]+)$/, "profiles.fetch"],
  [/^GET \/v1\/profiles\/([^/]+)\/attributes$/, "profiles.get-attributes"],
  [/^POST \/v1\/profiles\/([^/]+)\/attributes$/, "profiles.set-attributes"],
  [/^GET \/v1\/stores\/([^/]+)$/, "stores.fetch"],
];

function routeOf(received: Received): Route {
  const route = `${received.method} ${received.path}`;
  const fixed = fixedRoutes[route];
  if (fixed !== undefined) return { operation: fixed, id: null };
  for (const [pattern, operation] of idRoutes) {
    const raw = pattern.exec(route)?.[1];
    if (raw !== undefined) return { operation, id: decoded(raw) };
  }
  return { operation: "unknown", id: null };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
