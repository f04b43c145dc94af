import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { problemStatus } from "./reply.ts";
import { createHarness } from "./testing/harness.ts";

const lint = async (source: string): Promise<readonly string[]> => {
  const problems = await lintFromString({
    source,
    absoluteRef: "/openapi.json",
    config: await createConfig({
      extends: ["recommended"],
      // The server is whatever answered: relative on purpose. Open routes are marked by an empty list.
      rules: { "no-server-example.com": "off", "operation-4xx-response": "off" },
    }),
  });
  // The way to a provider and back is redirects alone.
  const expected = problems.filter(({ ruleId, location }) => {
    const isRedirect = location[0]?.pointer?.startsWith("#/paths/~1v1~1session~1oidc") ?? false;
    return !(ruleId === "operation-2xx-response" && isRedirect);
  });
  return expected.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ""}`);
};

test("the document passes the linter's recommended rules, and the linter bites", async () => {
  const { ask } = createHarness();
  const { status, text } = await ask("GET", "/openapi.json", { as: null });
  expect(status).toBe(200);
  expect(await lint(text)).toEqual([]);
  expect(
    await lint(text.replace('"summary":"Who am I",', "").replace("#/components/schemas/Error", "#/nowhere")),
  ).not.toEqual([]);
});

test("every route of the contract is documented, with an id of its own and refusals that exist", async () => {
  const { gateway } = createHarness();
  const { paths } = gateway.openApi();
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  for (const route of [
    "POST /v1/operations",
    "POST /v1/messages",
    "POST /v1/operations/batch",
    "GET /v1/operations/{id}",
    "GET /v1/operations",
    ...["cancel", "retry", "fix", "fallback", "discard", "resolve", "reconcile", "reveal"].map(
      (verb) => `POST /v1/operations/{id}/${verb}`,
    ),
    "GET /v1/operations/{id}/escalation",
    "GET /v1/review/groups",
    "POST /v1/bulk",
    "GET /v1/bulk/{id}",
    "POST /v1/bulk/{id}/cancel",
    "GET /v1/accounts",
    "GET /v1/accounts/{name}",
    ...["pause", "resume", "check", "opt-in"].map((verb) => `POST /v1/accounts/{name}/${verb}`),
    "POST /v1/explain",
    "GET /v1/events",
    "POST /webhooks/{account}",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
  ])
    expect(routes).toContain(route);
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const statuses = new Set<number>(Object.values(problemStatus));
  const refusals = operations
    .flatMap(({ responses }) => Object.keys(responses).map(Number))
    .filter((status) => status >= 400);
  expect(refusals.filter((status) => !statuses.has(status))).toEqual([]);
});

test("the documentation page is drawn from it and loads nothing from elsewhere", async () => {
  const { ask } = createHarness();
  const page = await ask("GET", "/docs", { as: null });
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(page.text).toContain("Hand in an operation");
  expect(page.text).not.toMatch(/<script|<style|style=|(?:src|href)="(?:https?:)?\/\//);
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect((await ask("GET", "/docs/style.css", { as: null })).headers.get("content-type")).toContain("text/css");
});
