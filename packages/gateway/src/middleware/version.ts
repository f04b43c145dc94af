/** Which version of an operation the caller saw: `If-Match: "4"`, or `version: 4` in the body. */
import type { Problem } from "../reply.ts";
import { invalid, problem } from "../reply.ts";

/**
 * The version, or why there is none.
 * @returns null when the caller named none; 428 is the route's answer where one is needed ({@link versionRequired})
 */
export function versionOf(headers: Headers, inBody: number | undefined): number | null | Problem {
  const header = headers.get("if-match");
  if (header === null) return inBody ?? null;
  const match = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header.trim());
  if (match === null) return invalid("If-Match", 'If-Match must be one version, such as "4"');
  const version = Number(match[1]);
  if (inBody !== undefined && inBody !== version) return invalid("version", "version and If-Match differ");
  return version;
}

/** The refusal of a verb without a version. */
export function versionRequired(): Problem {
  return problem("PRECONDITION_REQUIRED", 'Say which version you saw: If-Match: "4" or version: 4', {
    field: "If-Match",
  });
}
