/**
 * Options a factory cannot do without. Types say so already; a variable that is not set gets past them, and would go
 * out as the text "undefined" and be refused by the provider as a wrong password.
 */

/**
 * Refuses what is missing.
 * @param factory name of the function, for the message
 * @param options what it was given, whatever that is
 * @param names options that must be texts; an empty one is for whoever adds credentials later
 * @throws RangeError naming all that are not
 */
export function requireTexts(factory: string, options: unknown, names: readonly string[]): void {
  const given = typeof options === "object" && options !== null ? (options as Readonly<Record<string, unknown>>) : {};
  const missing = names.filter((name) => typeof given[name] !== "string");
  if (missing.length > 0) throw new RangeError(`${factory}: ${missing.join(", ")} must be given, as a text`);
}
