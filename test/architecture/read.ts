/**
 * Reads one source file and states what it imports and which globals it uses. It judges nothing.
 * Types are erased before the program runs, so names inside types are not uses of a global.
 */
import { parseSync } from "oxc-parser";

/** One import, re-export, dynamic import or `import("…")` type. */
export interface Import {
  readonly specifier: string;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/** What one file reaches for. */
export interface Reading {
  readonly imports: readonly Import[];
  /** Globals, with one member where it matters: `fetch`, `Date.now`, `Math.random`, `new Date`. */
  readonly globals: ReadonlySet<string>;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

const nodesIn = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];

/** Wrappers of TypeScript that carry an expression which does run. */
const wrappers = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

/**
 * Parses `text` and lists its imports and its uses of globals.
 * @param file its name; the ending decides the language.
 * @throws Error when the text does not parse: an unread file must not pass for a clean one.
 */
export function read(file: string, text: string): Reading {
  const parsed = parseSync(file, text);
  const fault = parsed.errors[0];
  if (fault !== undefined) throw new Error(`${file}: ${fault.message}`);
  const imports: Import[] = [];
  const globals = new Set<string>();
  visit(parsed.program as unknown as Node, [], imports, globals);
  return { imports, globals };
}

type Scopes = readonly ReadonlySet<string>[];

function visit(node: Node, scopes: Scopes, imports: Import[], globals: Set<string>): void {
  noteImport(node, imports);
  if (node.type === "ImportDeclaration" || node.type === "ExportSpecifier") return;
  if (node.type.startsWith("TS") && !wrappers.has(node.type)) return visitTypes(node, imports);
  const inner = [...scopes, declared(node)];
  if (node.type === "Identifier") return noteGlobal(String(node["name"]), scopes, globals);
  if (node.type === "MemberExpression" && node["computed"] !== true) {
    const object = node["object"] as Node;
    const property = node["property"] as Node;
    if (object.type === "Identifier")
      return noteGlobal(String(object["name"]), inner, globals, String(property["name"]));
    return visit(object, inner, imports, globals);
  }
  if (node.type === "NewExpression" && (node["callee"] as Node)["name"] === "Date" && nodesIn(node["arguments"]).length)
    return nodesIn(node["arguments"]).forEach((argument) => visit(argument, inner, imports, globals));
  for (const [key, value] of Object.entries(node)) {
    if (key === "key" && node["computed"] !== true) continue;
    if (key === "label") continue;
    for (const child of nodesIn(value)) visit(child, inner, imports, globals);
  }
}

/** Inside types only `import("…")` matters. */
function visitTypes(node: Node, imports: Import[]): void {
  noteImport(node, imports);
  for (const value of Object.values(node)) for (const child of nodesIn(value)) visitTypes(child, imports);
}

function noteImport(node: Node, imports: Import[]): void {
  const source = node["source"];
  if (!isNode(source) || typeof source["value"] !== "string") return;
  const kind = node["importKind"] ?? node["exportKind"];
  const specifiers = nodesIn(node["specifiers"]);
  const allTypes =
    specifiers.length > 0 && specifiers.every((each) => (each["importKind"] ?? each["exportKind"]) === "type");
  imports.push({ specifier: source["value"], typeOnly: kind === "type" || allTypes || node.type === "TSImportType" });
}

function noteGlobal(name: string, scopes: Scopes, globals: Set<string>, member?: string): void {
  if (scopes.some((scope) => scope.has(name))) return;
  globals.add(name === "undefined" || member === undefined ? name : `${name}.${member}`);
}

/** The names that `node` itself brings into being for what is inside it. */
function declared(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  for (const parameter of nodesIn(node["params"])) bound(parameter, names);
  if (node.type === "CatchClause") for (const parameter of nodesIn(node["param"])) bound(parameter, names);
  if (node.type.endsWith("Expression") && isNode(node["id"])) bound(node["id"], names);
  const statements = [...nodesIn(node["body"]), ...nodesIn(node["init"]), ...nodesIn(node["left"])];
  for (const statement of [...statements, ...nodesIn(node["consequent"])]) {
    const inside = isNode(statement["declaration"]) ? statement["declaration"] : statement;
    for (const each of nodesIn(inside["declarations"])) bound(each["id"] as Node, names);
    if (/^(Function|Class)Declaration$/.test(inside.type)) for (const id of nodesIn(inside["id"])) bound(id, names);
    if (inside.type === "ImportDeclaration")
      for (const each of nodesIn(inside["specifiers"])) bound(each["local"] as Node, names);
  }
  return names;
}

/** Adds every name that a binding pattern binds. */
function bound(pattern: Node, names: Set<string>): void {
  switch (pattern.type) {
    case "Identifier":
      names.add(String(pattern["name"]));
      return;
    case "AssignmentPattern":
      return bound(pattern["left"] as Node, names);
    case "RestElement":
      return bound(pattern["argument"] as Node, names);
    case "ArrayPattern":
      return nodesIn(pattern["elements"]).forEach((each) => bound(each, names));
    case "ObjectPattern":
      for (const each of nodesIn(pattern["properties"]))
        bound((each.type === "RestElement" ? each["argument"] : each["value"]) as Node, names);
      return;
    default:
  }
}
