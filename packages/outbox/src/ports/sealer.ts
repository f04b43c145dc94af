/** The sealer: what hides texts in a store from whoever reads the disk. */

/** A text made readable again, or why not. */
export type Unsealed =
  | { readonly ok: true; readonly text: string }
  /** It was never sealed. */
  | { readonly ok: false; readonly because: "plain" }
  /** The key it was sealed with is not here. */
  | { readonly ok: false; readonly because: "unknown_key"; readonly keyId: string }
  /** It was changed, or belongs elsewhere. */
  | { readonly ok: false; readonly because: "broken" };

/**
 * Seals and unseals texts. Guarantees:
 *
 * - Authenticated: a sealed text that was changed, or moved to another context, does not unseal.
 * - Every sealed text names its key, and no two of the same text are equal.
 * - Synchronous: it stands in the way of every write.
 */
export interface Sealer {
  /** The key new texts are sealed with. */
  readonly keyId: string;
  /** Every key that is here. */
  readonly keyIds: readonly string[];
  /** @param context what the text is; must be the same when it is unsealed */
  seal(text: string, context: string): string;
  unseal(sealed: string, context: string): Unsealed;
  /** An unpredictable secret, as text. */
  newSecret(): string;
  /** A keyed hash of 128 bits: equal for equal texts, and nothing can be guessed from it without the secret. */
  tag(secret: string, text: string): string;
}
