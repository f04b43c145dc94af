/**
 * Tokens nobody can guess, for sessions and new API keys. Ids are not tokens; see `operation-id.ts`.
 */

/**
 * An unpredictable token.
 * @param bytes of entropy; 32 by default
 * @returns base64url without padding: 43 characters for 32 bytes
 */
export function randomToken(bytes = 32): string {
  const noise = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...noise))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
