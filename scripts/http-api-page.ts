/**
 * `docs/reference/http-api.md`, written from the OpenAPI document that a gateway serves: what is documented is what is
 * routed, read and answered.
 */
import { createRedactor } from "@landline/core";
import { createGateway, createKeyRing, outlineOf, problemStatus } from "@landline/gateway";
import type { ApiDocument, ApiOperation } from "@landline/gateway";
import { createHost, hashing, randomToken } from "@landline/host";
import { createOutbox } from "@landline/outbox";
import { createMemoryStore } from "@landline/outbox/testing";
import type { GeneratedPage } from "./error-pages.ts";

/** The page. */
export function httpApiPages(): readonly GeneratedPage[] {
  return [{ path: "docs/reference/http-api.md", text: pageOf(apiDocument()) }];
}

/** The document of a gateway without accounts: routes do not depend on them. */
function apiDocument(): ApiDocument {
  const host = createHost();
  const store = createMemoryStore({ now: () => host.now() });
  const gateway = createGateway({
    outbox: createOutbox({ store, accounts: [], host, hashing }),
    keys: createKeyRing([], {
      digest: (text) => host.digest(text),
      equal: (left, right) => hashing.equal(left, right),
    }),
    accounts: new Map(),
    routes: new Map(),
    documents: store,
    host,
    hashing,
    newToken: randomToken,
    redactor: createRedactor([]),
    publicUrl: null,
    loopback: true,
  });
  return gateway.openApi();
}

function pageOf(document: ApiDocument): string {
  const groups = outlineOf(document);
  const schemas = Object.entries(document.components?.schemas ?? {}) as [string, Schema][];
  return `# HTTP API

<!-- Written by \`npm run docs\` from packages/gateway/src. Change the routes and schemas there, not this page. -->

A running gateway serves this as OpenAPI 3.1 at \`/openapi.json\` and as a page at \`/docs\`.

${document.info.description ?? ""}

## What holds everywhere

- **Key.** \`Authorization: Bearer KEY\`. A \`sender\` hands in operations and sees its own; a \`viewer\` reads, with numbers masked and no bodies; an \`operator\` also decides what is parked; an \`admin\` also runs
  bulk work and accounts. A key may be limited to accounts; what lies outside is not there.
- **Idempotency-Key.** Required to hand something in; 1 to 255 visible ASCII characters, scoped to the name of the API key. The same key and body give the same operation again with \`Idempotent-Replayed: true\`; another body is 422. While the first request with a key
  runs, a second gets 409 \`IDEMPOTENCY_IN_PROGRESS\`. A refused request (4xx) does not consume its key.
- **Version.** Review verbs need the version somebody saw: \`If-Match: "4"\`, or \`version\` in the body. 428 without, 409 when it has changed.
- **Bodies** are JSON in UTF-8, at most 1 MiB (an operation 256 KiB, a batch 8 MiB). A name twice in one object, nesting deeper than 32, U+0000, half a surrogate pair and numbers that cannot be kept exactly are refused.
- **Instants** are RFC 3339; answers are in UTC. **Lists** are newest first; \`next_cursor\` goes into \`cursor\`; \`limit\` is 1 to 200, 50 by default.
- **X-Request-Id** is on every answer; a harmless one of the caller is kept.
- **Sessions** are for the console: \`POST /v1/session\` sets an HttpOnly cookie; whatever changes something then needs the \`X-CSRF-Token\` header with \`csrf_token\`.

## Errors

\`\`\`json
{ "code": "VALIDATION_ERROR", "message": "…", "request_id": "req_…", "details": { "field": "input.To" } }
\`\`\`

| Code | Status |
| --- | --- |
${Object.entries<number>(problemStatus)
  .map(([code, status]) => `| \`${code}\` | ${status} |`)
  .join("\n")}

409 \`IDEMPOTENCY_IN_PROGRESS\`, 429 and 503 carry \`Retry-After\`; 405 carries \`Allow\`.

${groups.map(({ tag, description, operations }) => `## ${tag}\n\n${description}.\n\n${operations.map(operationText).join("\n\n")}`).join("\n\n")}

## Schemas

${schemas.map(([name, schema]) => schemaText(name, schema)).join("\n\n")}
`;
}

function operationText(each: ApiOperation): string {
  const parameters = each.parameters.map(
    ({ name, in: place, required, description }) =>
      `| \`${name}\` | ${place}${required ? ", required" : ""} | ${cell(description)} |`,
  );
  const answers = each.answers.map(
    ({ status, description, schema }) =>
      `| ${status} | ${schema === null ? "" : link(schema)} | ${cell(description)} |`,
  );
  return [
    `### ${each.summary}`,
    `\`${each.method} ${each.path}\` · ${each.access}`,
    ...(each.description === "" ? [] : [each.description]),
    ...(parameters.length === 0 ? [] : [`| Parameter | In | |\n| --- | --- | --- |\n${parameters.join("\n")}`]),
    ...(each.body === null ? [] : [`Body: ${link(each.body)}`]),
    `| Answer | Body | |\n| --- | --- | --- |\n${answers.join("\n")}`,
  ].join("\n\n");
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

function schemaText(name: string, schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(
    ([field, inner]) =>
      `| \`${field}\` | ${typeText(inner)}${schema.required?.includes(field) === true ? "" : ", optional"} | ${cell(inner.description ?? "")} |`,
  );
  return [
    `### Schema ${name}`,
    ...(schema.description === undefined ? [] : [schema.description]),
    ...(rows.length === 0 ? [] : [`| Field | Type | |\n| --- | --- | --- |\n${rows.join("\n")}`]),
  ].join("\n\n");
}

function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) return link(schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1));
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined) return choices.map(typeText).join(" or ");
  if (schema.enum !== undefined)
    return schema.enum.map((value) => (typeof value === "string" ? `\`${value}\`` : JSON.stringify(value))).join(" ");
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["any"]);
  return types
    .map((type) => {
      if (type === "array") return `list of ${schema.items === undefined ? "anything" : typeText(schema.items)}`;
      return type === "string" && schema.format === "date-time" ? "instant" : type;
    })
    .join(" or ");
}

function link(schema: string): string {
  return `[${schema}](#schema-${schema.toLowerCase()})`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
