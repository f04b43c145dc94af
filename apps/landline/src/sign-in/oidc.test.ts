/**
 * Signing in through a real OpenID Connect provider that runs here, on loopback, with a browser's cookies and redirects
 * walked by hand: away, back, in, out, and every way it must not work.
 */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checkConfig } from "../config/index.ts";
import { serve } from "../serve.ts";
import type { RunningGateway } from "../serve.ts";

const clientSecret = "canary-client-secret-0000000000000001";
const adminKey = "sign-in-test-admin-key-01";

/** People the provider knows. */
const people: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ada: { email: "ada@example.com", email_verified: true, groups: ["staff", "landline-admins"] },
  vic: { email: "vic@example.com", email_verified: true, groups: ["landline-viewers"] },
  eve: { email: "ada@example.com", email_verified: false, groups: ["landline-viewers"] },
  out: { email: "out@example.com", email_verified: true, groups: ["cleaning"] },
};

let directory: string;
let issuer: string;
let provider: Server;
let handle: (request: IncomingMessage, response: ServerResponse) => void;
let gateway: RunningGateway;
/** Who is at the provider's keyboard; null: somebody who presses "cancel". */
let person: string | null;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "landline-oidc-"));
  provider = createServer((request, response) => handle(request, response)).listen(0, "127.0.0.1");
  await once(provider, "listening");
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  handle = (_, response) => response.writeHead(503).end("<html>starting</html>");
  const config = checkConfig(
    {
      store: "sqlite:./oidc.db",
      apiKeys: [{ name: "ops", role: "admin", key: adminKey }],
      accounts: {},
      oidc: {
        issuer,
        clientId: "landline",
        clientSecret,
        label: "Example login",
        roles: [
          { value: "landline-admins", role: "admin" },
          { value: "landline-viewers", role: "viewer" },
        ],
      },
    },
    null,
    directory,
    {},
  );
  gateway = await serve(config, { dispatch: false, port: 0 });
});

afterAll(async () => {
  await gateway.close();
  provider.close();
  provider.closeAllConnections();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(() => {
  person = "ada";
});

function startProvider(): void {
  const oidc = new Provider(issuer, {
    clients: [
      {
        client_id: "landline",
        client_secret: clientSecret,
        redirect_uris: [`${gateway.url}/v1/session/oidc/callback`],
        post_logout_redirect_uris: [`${gateway.url}/`],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    cookies: { keys: ["test"] },
    ttl: { Interaction: 60, Session: 60, Grant: 60, IdToken: 60, AccessToken: 60 },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  const answer = oidc.callback();
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { prompt } = await oidc.interactionDetails(request, response);
    if (person === null) {
      await oidc.interactionFinished(request, response, { error: "access_denied", error_description: "not today" });
    } else if (prompt.name === "login") {
      await oidc.interactionFinished(request, response, { login: { accountId: person } });
    } else {
      const grant = new oidc.Grant({ accountId: person, clientId: "landline" });
      grant.addOIDCScope("openid profile email groups");
      await oidc.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    }
  };
  handle = (request, response) => {
    if (request.url?.startsWith("/interaction/") === true) void interact(request, response);
    else answer(request, response);
  };
}

/** A browser: follows nothing by itself, keeps cookies by host and path. */
class Browser {
  readonly cookies = new Map<string, string>();

  async get(address: string, headers: Record<string, string> = { accept: "text/html" }): Promise<Response> {
    const url = new URL(address, gateway.url);
    const mine = [...this.cookies]
      .filter(([name]) => {
        const [host, under] = name.split(" ");
        return host === url.host && url.pathname.startsWith(under ?? "/");
      })
      .map(([name, value]) => `${name.split(" ")[2]}=${value}`);
    const response = await fetch(url, { redirect: "manual", headers: { ...headers, cookie: mine.join("; ") } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const under = /path=([^;]+)/i.exec(line)?.[1] ?? "/";
      const expired = /max-age=0(?:;|$)/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line);
      if (expired) this.cookies.delete(`${url.host} ${under} ${name}`);
      else this.cookies.set(`${url.host} ${under} ${name}`, value);
    }
    return response;
  }

  /** Follows redirects until somebody answers otherwise, or one leads below `stop`. */
  async walk(start: string, stop?: string): Promise<{ readonly url: URL; readonly response: Response }> {
    let url = new URL(start, gateway.url);
    for (let hops = 0; hops < 12; hops += 1) {
      if (stop !== undefined && url.href.startsWith(stop)) return { url, response: new Response() };
      const response = await this.get(url.href);
      const location = response.headers.get("location");
      if (location === null) return { url, response };
      await response.body?.cancel();
      url = new URL(location, url);
    }
    throw new Error(`no end at ${url.href}`);
  }

  async json(address: string): Promise<Record<string, unknown>> {
    return (await (await this.get(address, { accept: "application/json" })).json()) as Record<string, unknown>;
  }
}

const callback = () => `${gateway.url}/v1/session/oidc/callback`;
const trouble = ({ url }: { readonly url: URL }) => url.searchParams.get("sign_in");

test("a provider that is away, or is none, is said as such; the gateway runs and keys still open it", async () => {
  const browser = new Browser();
  expect(await browser.json("/v1/session/options")).toEqual({
    key: true,
    oidc: { label: "Example login", url: "/v1/session/oidc" },
  });
  expect(trouble(await browser.walk("/v1/session/oidc"))).toBe("unreachable");
  const answer = await browser.get("/v1/session/oidc", { accept: "application/json" });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await answer.json()).toMatchObject({
    code: "UNAVAILABLE",
    message: expect.stringContaining("sign in with a key"),
  });
  const foreign = JSON.stringify({ issuer: "https://somebody-else.example" });
  handle = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(foreign);
  expect((await browser.get("/v1/session/oidc", { accept: "application/json" })).status).toBe(503);
  const byKey = await fetch(`${gateway.url}/v1/session`, { headers: { authorization: `Bearer ${adminKey}` } });
  expect(byKey.status).toBe(200);
  startProvider();
});

test("away with PKCE, state and nonce, and back in with the role of the group, on the page that was asked for", async () => {
  const browser = new Browser();
  const leaving = await browser.get("/v1/session/oidc?return_to=/operations/op_1");
  expect([leaving.status, leaving.headers.get("cache-control")]).toEqual([302, "no-store"]);
  const away = new URL(leaving.headers.get("location") ?? "");
  expect(Object.fromEntries(away.searchParams)).toMatchObject({
    client_id: "landline",
    response_type: "code",
    redirect_uri: callback(),
    scope: "openid profile email groups",
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(leaving.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^landline_sign_in=[\w-]+; Path=\/v1\/session\/oidc; Max-Age=600; HttpOnly; SameSite=Lax$/),
  ]);
  const back = await browser.walk(away.href, callback());
  const entering = await browser.get(back.url.href);
  expect([entering.status, entering.headers.get("location")]).toEqual([303, "/operations/op_1"]);
  expect(entering.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^landline_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/),
    expect.stringMatching(/^landline_sign_in=; Path=\/v1\/session\/oidc; Max-Age=0/),
  ]);

  const me = await browser.json("/v1/session");
  expect(me).toMatchObject({ name: "oidc:ada@example.com", role: "admin", accounts: null });
  expect(me["csrf_token"]).toMatch(/^[0-9a-f]{64}$/);
  const out = new URL(String(me["sign_out_url"]));
  expect([out.origin, out.searchParams.get("post_logout_redirect_uri")]).toEqual([issuer, `${gateway.url}/`]);
  expect((await browser.get("/v1/keys")).status).toBe(200);
});

test("signing out ends the session here; the same callback opens nothing a second time", async () => {
  const browser = new Browser();
  const back = await browser.walk("/v1/session/oidc", callback());
  const before = new Map(browser.cookies);
  await browser.get(back.url.href);
  const { csrf_token: token } = await browser.json("/v1/session");
  const session = [...browser.cookies].find(([name]) => name.endsWith("landline_session"));
  const headers = { cookie: `landline_session=${session?.[1]}`, "x-csrf-token": String(token) };
  const bare = await fetch(`${gateway.url}/v1/session`, { method: "DELETE", headers: { cookie: headers.cookie } });
  expect(bare.status).toBe(403);
  expect((await fetch(`${gateway.url}/v1/session`, { method: "DELETE", headers })).status).toBe(204);
  expect((await browser.get("/v1/session")).status).toBe(401);

  for (const [name, value] of before) browser.cookies.set(name, value);
  const again = await browser.get(back.url.href);
  expect(again.headers.get("location")).toBe("/?sign_in=invalid");
  expect(again.headers.getSetCookie().some((line) => line.startsWith("landline_session="))).toBe(false);
});

test("roles follow groups; whoever is in none of them does not get in; an unverified address names nobody", async () => {
  const enter = async (who: string): Promise<Browser> => {
    person = who;
    const browser = new Browser();
    await browser.walk("/v1/session/oidc");
    return browser;
  };
  const vic = await enter("vic");
  expect(await vic.json("/v1/session")).toMatchObject({ name: "oidc:vic@example.com", role: "viewer" });
  expect((await vic.get("/v1/keys")).status).toBe(403);
  expect(await (await enter("eve")).json("/v1/session")).toMatchObject({ name: "oidc:eve", role: "viewer" });
  person = "out";
  const out = new Browser();
  expect(trouble(await out.walk("/v1/session/oidc"))).toBe("no_role");
  expect((await out.get("/v1/session")).status).toBe(401);
});

test("whoever presses cancel is told so, also a program", async () => {
  person = null;
  expect(trouble(await new Browser().walk("/v1/session/oidc"))).toBe("denied");
  const browser = new Browser();
  const back = await browser.walk("/v1/session/oidc", callback());
  const answer = await browser.get(back.url.href, { accept: "application/json" });
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, "FORBIDDEN"]);
});

test("a way back that does not fit the browser that left opens nothing", async () => {
  const tampered = async (change: (memo: Record<string, string>) => void): Promise<unknown> => {
    const browser = new Browser();
    const back = await browser.walk("/v1/session/oidc", callback());
    for (const [name, value] of browser.cookies) {
      if (!name.endsWith("landline_sign_in")) continue;
      const memo = JSON.parse(Buffer.from(value, "base64url").toString()) as Record<string, string>;
      change(memo);
      browser.cookies.set(name, Buffer.from(JSON.stringify(memo)).toString("base64url"));
    }
    const answer = await browser.get(back.url.href);
    expect((await browser.get("/v1/session")).status).toBe(401);
    return answer.headers.get("location");
  };
  const refused = "/?sign_in=invalid";
  expect(await tampered((memo) => (memo["state"] = "another"))).toBe(refused);
  expect(await tampered((memo) => (memo["nonce"] = "another"))).toBe(refused);
  expect(await tampered((memo) => (memo["verifier"] = "a".repeat(43)))).toBe(refused);
  expect(await tampered((memo) => (memo["returnTo"] = "https://evil.example/"))).toBe(refused);
  expect(await tampered((memo) => delete memo["state"])).toBe(refused);

  const victim = await new Browser().walk("/v1/session/oidc", callback());
  const other = await new Browser().get(victim.url.href, { accept: "application/json" });
  expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([401, "UNAUTHENTICATED"]);
});

test("nobody is led to another place afterwards", async () => {
  for (const place of [
    "https://evil.example",
    "//evil.example",
    String.raw`/\evil.example`,
    "operations",
    "/a b",
    "/%0d",
  ]) {
    const answer = await new Browser().get(`/v1/session/oidc?return_to=${encodeURIComponent(place)}`);
    expect([place, answer.status]).toEqual([place, place === "/%0d" ? 302 : 400]);
  }
  expect((await new Browser().get("/v1/session/oidc?next=/")).status).toBe(400);
});
