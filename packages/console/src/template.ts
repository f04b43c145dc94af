/** Templates: the variables that fill one, and places in a text that nobody filled. Pure. */

/** Variables by name, in their order; null: the text is no object of texts. */
export function readVariables(text: string): readonly (readonly [string, string])[] | null {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value as Record<string, unknown>);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === "string") ? entries : null;
}

/** The same as text again. */
export function writeVariables(variables: readonly (readonly [string, string])[]): string {
  return JSON.stringify(Object.fromEntries(variables));
}

/** Why these variables cannot fill a template, or null. @param before the text as it was, whose names are all needed */
export function variablesProblem(text: string, before: string): string | null {
  const variables = readVariables(text);
  if (variables === null) return parsed(text) === undefined ? "Not JSON." : 'An object of texts, such as {"1": "Ada"}.';
  for (const [name, value] of variables) {
    if (value.trim() === "") return `{{${name}}} is empty: a template is refused with an empty variable.`;
    if (/[\n\t]| {5}/.test(value)) return `{{${name}}} has a line break, a tab or five spaces, which templates refuse.`;
  }
  const names = new Set(variables.map(([name]) => name));
  const missing = (readVariables(before) ?? []).find(([name]) => !names.has(name));
  return missing === undefined ? null : `{{${missing[0]}}} had a value before and has none now.`;
}

/** Places that look as if somebody forgot to fill them: `{{name}}`, `{name}`, `${name}`, `%NAME%`. Each once. */
export function unfilledPlaces(text: string): readonly string[] {
  return [...new Set(text.match(/\{\{[^{}\n]{1,60}\}\}|\$?\{[A-Za-z_][\w.]{0,40}\}|%[A-Z][A-Z0-9_]{1,30}%/g))];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
