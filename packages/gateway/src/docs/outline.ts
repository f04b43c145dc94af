/** The OpenAPI document as people read it: groups of operations, each with parameters, body and answers. */

/** As much of an OpenAPI document as is drawn. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface RawSchema {
  readonly $ref?: string;
  readonly description?: string;
}

interface RawOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly "x-roles"?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: RawSchema;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: RawSchema }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: RawSchema }>> }
    >
  >;
}

/** One operation of the API. */
export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description: string;
  }[];
  /** Who may call: roles, any key, or everybody. */
  readonly access: string;
  /** Name of the body's schema, or null. */
  readonly body: string | null;
  readonly answers: readonly {
    readonly status: string;
    readonly description: string;
    readonly schema: string | null;
  }[];
}

/** Operations of one tag. */
export interface ApiGroup {
  readonly tag: string;
  readonly description: string;
  readonly operations: readonly ApiOperation[];
}

/** The groups, in the order of the document's tags. */
export function outlineOf(document: ApiDocument): readonly ApiGroup[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => ({ tag: raw.tags?.[0] ?? "", operation: read(method, path, raw) })),
  );
  return (document.tags ?? [])
    .map(({ name, description }) => ({
      tag: name,
      description: description ?? "",
      operations: operations.filter(({ tag }) => tag === name).map(({ operation }) => operation),
    }))
    .filter((group) => group.operations.length > 0);
}

function read(method: string, path: string, raw: RawOperation): ApiOperation {
  return {
    id: raw.operationId ?? `${method}-${path}`,
    method: method.toUpperCase(),
    path,
    summary: raw.summary ?? "",
    description: raw.description ?? "",
    parameters: (raw.parameters ?? []).map((parameter) => ({
      name: parameter.name,
      in: parameter.in,
      required: parameter.required ?? false,
      description: parameter.description ?? parameter.schema?.description ?? "",
    })),
    access: raw["x-roles"]?.join(", ") ?? (raw.security?.length === 0 ? "everybody" : "any key"),
    body: nameOf(raw.requestBody?.content),
    answers: Object.entries(raw.responses).map(([status, { description, content }]) => ({
      status,
      description,
      schema: nameOf(content),
    })),
  };
}

function nameOf(content: Readonly<Record<string, { readonly schema?: RawSchema }>> | undefined): string | null {
  const reference = content?.["application/json"]?.schema?.$ref;
  return reference === undefined ? null : reference.slice(reference.lastIndexOf("/") + 1);
}
