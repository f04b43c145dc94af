/** What routes are made of: the options with their defaults, and what the gateway keeps while it runs. */
import type { KeyBook } from "../keys/key-book.ts";
import type { RunningKeys } from "../middleware/idempotency-key.ts";
import type { Sessions } from "../middleware/sessions.ts";
import type { AuditLine, GatewayLimits, GatewayOptions } from "../options.ts";
import type { SingleSignOn } from "../sign-in.ts";

/** See the module comment. */
export interface RoutePorts extends Pick<
  GatewayOptions,
  "outbox" | "keys" | "accounts" | "routes" | "documents" | "host" | "redactor" | "publicUrl" | "newToken" | "traceUrl"
> {
  readonly limits: GatewayLimits;
  readonly running: RunningKeys;
  readonly sessions: Sessions;
  readonly signOn: SingleSignOn | null;
  readonly book: KeyBook;
  readonly audit: (line: AuditLine) => Promise<void>;
  /** True while shutting down. */
  readonly isDraining: () => boolean;
}
