/**
 * Cursors as they travel: the store's own word and a check over it, so that a cursor that was mistyped, cut or made up is
 * refused instead of quietly naming some other place in the list. The check keeps out mistakes; it is no secret.
 */

/** The cursor to show; null stays null. */
export function sealCursor(cursor: string | null): string | null {
  return cursor === null ? null : `${cursor}.${checkOf(cursor)}`;
}

/**
 * Reads a cursor that came back.
 * @returns the store's word, or null when it is not one that was shown
 */
export function openCursor(text: string): string | null {
  const dot = text.lastIndexOf(".");
  const cursor = text.slice(0, Math.max(dot, 0));
  return dot > 0 && text === sealCursor(cursor) ? cursor : null;
}

/** FNV-1a with 32 bits. */
function checkOf(text: string): string {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93) >>> 0;
  return hash.toString(36).padStart(7, "0");
}
