/**
 * Turns sealing on for a store, and refuses to begin without a key that it needs.
 *
 * The store itself notes which keys it was ever sealed with, and keeps the secret its tags are made with, sealed. A key is
 * noted before the first text is sealed with it. So a start with a key missing, or with none at all, is found out at once:
 * nothing is read wrongly, nothing is sent, and nothing is written.
 */
import { isRecord } from "@landline/core";
import type { Sealer } from "../ports/sealer.ts";
import type { Store } from "../ports/store.ts";
import { sealedStore, sealingCollection } from "./sealed-store.ts";
import { createWords } from "./words.ts";

/** A store cannot be used with the keys that are here. */
export class SealingTrouble extends Error {
  override readonly name = "SealingTrouble";
  /** Ids of the keys that are missing. */
  readonly keyIds: readonly string[];
  constructor(message: string, keyIds: readonly string[]) {
    super(message);
    this.keyIds = keyIds;
  }
}

/** What may be chosen. */
export interface SealingOptions {
  /** Keys that are gone for good. What they sealed stays and cannot be read; operations of theirs wait for people. */
  readonly forgotten?: readonly string[];
  /** Whether recipients and subjects are hidden too; only asked the first time. Absent: where the store was empty. */
  readonly hidePeople?: boolean;
  /** Collections of documents that stay readable: they hold no text, and are needed before anything can be unsealed. */
  readonly plain?: readonly string[];
}

const keyMark = "key:";
const stateId = "state";

/**
 * The store, sealed.
 * @throws {SealingTrouble} when texts of it were sealed with a key that is not here
 */
export async function openSealed(store: Store, sealer: Sealer, options: SealingOptions = {}): Promise<Store> {
  refuseMissing(await keysOf(store), [...sealer.keyIds, ...(options.forgotten ?? [])]);
  await store.addDocument(sealingCollection, `${keyMark}${sealer.keyId}`, { since: await store.now() });
  const kept = (await readState(store)) ?? (await begin(store, sealer, options));
  const opened = sealer.unseal(kept.secret, stateId);
  if (!opened.ok) {
    const keyIds = opened.because === "unknown_key" ? [opened.keyId] : [];
    throw new SealingTrouble("the secret this store finds people by cannot be read: it needs its first key", keyIds);
  }
  const plain = new Set([sealingCollection, ...(options.plain ?? [])]);
  // Sealed anew, so that the key before can be given up one day.
  if (!kept.secret.includes(`.${sealer.keyId}.`))
    await store.putDocument(sealingCollection, stateId, { ...kept, secret: sealer.seal(opened.text, stateId) });
  return sealedStore(store, createWords(sealer, opened.text, kept.hidesPeople, plain));
}

/**
 * Refuses a store with sealed texts where no key is given at all.
 * @throws {SealingTrouble}
 */
export async function refuseSealed(
  store: Pick<Store, "listDocuments">,
  forgotten: readonly string[] = [],
): Promise<void> {
  refuseMissing(await keysOf(store), forgotten);
}

async function keysOf(store: Pick<Store, "listDocuments">): Promise<readonly string[]> {
  const marks = (await store.listDocuments(sealingCollection)).map(({ id }) => id);
  return marks.filter((id) => id.startsWith(keyMark)).map((id) => id.slice(keyMark.length));
}

function refuseMissing(needed: readonly string[], here: readonly string[]): void {
  const lacking = needed.filter((id) => !here.includes(id));
  if (lacking.length === 0) return;
  throw new SealingTrouble(
    `texts in this store are sealed with the key${lacking.length === 1 ? "" : "s"} ${lacking.join(", ")}, which ${lacking.length === 1 ? "is" : "are"} not given: ` +
      "name it in encryption.key or encryption.oldKeys. If it is lost for good, list its id in encryption.forgotten. Nothing was changed",
    lacking,
  );
}

interface State {
  readonly secret: string;
  readonly hidesPeople: boolean;
}

async function readState(store: Store): Promise<State | null> {
  const state = await store.getDocument(sealingCollection, stateId);
  if (!isRecord(state) || typeof state["secret"] !== "string") return null;
  return { secret: state["secret"], hidesPeople: state["hidesPeople"] === true };
}

/** Of several processes that begin at once one decides, and all read what it decided. */
async function begin(store: Store, sealer: Sealer, options: SealingOptions): Promise<State> {
  // Opt-outs outlive the operations they came from, and must go on to be found.
  const empty = !(await store.hasOptOuts()) && Object.values(await store.counts()).every((count) => count === 0);
  const secret = sealer.seal(sealer.newSecret(), stateId);
  await store.addDocument(sealingCollection, stateId, { secret, hidesPeople: options.hidePeople ?? empty });
  const state = await readState(store);
  if (state === null) throw new SealingTrouble("the store did not keep the secret of its sealing", []);
  return state;
}
