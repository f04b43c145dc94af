/**
 * Everything the official SDK can ask for, found by walking through it: each domain, version, list and context that
 * hangs on a client, and each verb these have. Parameters it insists on are filled in as it asks for them.
 */

/** A call of the SDK, ready to be made with any of its clients. */
export interface SurfaceCall {
  /** Such as `api.v2010.accounts().messages.create`. */
  readonly name: string;
  /** The method in lower case and the path, with the host in front. Different for every call. */
  readonly asks: string;
  /** Makes it. */
  make(client: object): Promise<unknown>;
}

interface Asked {
  readonly method: string;
  readonly uri: string;
}

type Node = Readonly<Record<string, unknown>>;
type Verb = (this: unknown, params?: object) => Promise<unknown>;

const verbs = ["create", "fetch", "update", "patch", "remove", "page"];
/** What is no part of the surface, or leads back to where it hangs. */
const skipped =
  /^(_|twilio$|opts$|env$|httpClient$|credentialProvider$|domain$|domains$|version$|length$|name$|prototype$|get$|list|each$|getPage|toJSON$)|WithHttpInfo$/;
const depthMax = 8;

/**
 * The calls of an SDK, one for each method and path.
 * @param clientOf makes a client of the SDK that asks the given `request`
 */
export async function sdkSurface(
  clientOf: (httpClient: { request(asked: Asked): Promise<unknown> }) => object,
): Promise<readonly SurfaceCall[]> {
  let asked: Asked | null = null;
  const client = clientOf({
    request: (request) => {
      asked = request;
      return Promise.resolve({ statusCode: 200, body: {}, headers: {} });
    },
  });
  const found = new Map<string, SurfaceCall>();
  for (const path of pathsFrom(client)) {
    asked = null;
    const params = await paramsFor(client, path);
    const request = asked as Asked | null;
    if (request === null || params === null) continue;
    const { host, pathname } = new URL(request.uri);
    const asks = `${request.method.toLowerCase()} /${host}${pathname}`;
    if (!found.has(asks)) found.set(asks, { name: path.join("."), asks, make: (other) => call(other, path, params) });
  }
  return [...found.values()];
}

/** Where the verbs are: names of members, `()` for the context of one resource. */
function pathsFrom(client: object): readonly (readonly string[])[] {
  const paths: (readonly string[])[] = [];
  const walk = (at: unknown, path: readonly string[]): void => {
    if (at === client || !isNode(at) || path.length > depthMax) return;
    if (path.length > 2) for (const verb of verbs) if (typeof at[verb] === "function") paths.push([...path, verb]);
    for (const name of membersOf(at)) walk(memberOf(at, name), [...path, name]);
    if (typeof at === "function" && path.length > 1) walk(memberOf(at, "()"), [...path, "()"]);
  };
  for (const name of membersOf(client)) {
    const domain = memberOf(client, name);
    if (isNode(domain) && typeof domain["baseUrl"] === "string") walk(domain, [name]);
  }
  return paths;
}

async function paramsFor(client: object, path: readonly string[]): Promise<object | null> {
  const params: Record<string, string> = {};
  for (let count = 0; count < 40; count += 1) {
    try {
      await call(client, path, params);
      return params;
    } catch (error) {
      const missing = /params\['([^']+)'\]" missing/.exec(error instanceof Error ? error.message : "")?.[1];
      if (missing === undefined) return null;
      params[missing] = "a b&c=d";
    }
  }
  return null;
}

function call(client: object, path: readonly string[], params: object): Promise<unknown> {
  const owner = path.slice(0, -1).reduce<unknown>(memberOf, client) as Readonly<Record<string, Verb>>;
  return (owner[path.at(-1) ?? ""] as Verb)(params);
}

function memberOf(at: unknown, name: string): unknown {
  try {
    if (name === "()") return (at as (...sids: readonly string[]) => unknown)("XX1", "XX2", "XX3", "XX4");
    return (at as Node)[name];
  } catch {
    return null;
  }
}

function membersOf(at: object): readonly string[] {
  const names = new Set(Object.getOwnPropertyNames(at));
  const ends = new Set<unknown>([Object.prototype, Function.prototype]);
  for (let type: unknown = Object.getPrototypeOf(at); isNode(type); type = Object.getPrototypeOf(type)) {
    if (ends.has(type)) break;
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(type)))
      if (get !== undefined) names.add(name);
  }
  return [...names].filter((name) => !skipped.test(name) && !verbs.includes(name));
}

function isNode(value: unknown): value is Node {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}
