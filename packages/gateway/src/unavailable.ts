/** Which exceptions mean "the store is out of reach" and not "we are broken": by the error's code, never its words. */

const codes =
  /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)|ERR_SQLITE|E(?:CONN|PIPE|TIMEDOUT|HOST|NET|AI_)|08\d{3}|53\d{3}|57P\d\d|40\d{3})/;

/** What our own stores say when they are busy, full, closed or cannot be opened. */
const troubles: ReadonlySet<unknown> = new Set(["in_use", "cannot_open", "disk_full", "io", "closed", "unavailable"]);

/** True for errors of a database that is closed, full, busy, restarting or unreachable; causes are looked at too. */
export function isUnavailableError(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth += 1) {
    const { code, cause } = current as { readonly code?: unknown; readonly cause?: unknown };
    if (troubles.has(code) || (typeof code === "string" && codes.test(code))) return true;
    current = cause;
  }
  return false;
}
