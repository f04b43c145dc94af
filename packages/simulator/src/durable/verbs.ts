/** The verbs of a store, sorted by what they do to it. */
const reading: ReadonlySet<string | symbol> = new Set([
  "now",
  "moved",
  "dueLanes",
  "holds",
  "hasOptOuts",
  "isOptedOut",
  "optedOutOf",
  "get",
  "story",
  "list",
  "select",
  "findByKey",
  "ownedProviderIds",
  "unattended",
  "awaitingReceipt",
  "getDocument",
  "listDocuments",
  "rollup",
  "counts",
]);

/** Whether a verb changes nothing. */
export function isReading(name: string | symbol): boolean {
  return reading.has(name);
}
