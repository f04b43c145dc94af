/**
 * Finding operations by text without a random B-tree on the way in.
 */
import type { Session } from "../session.ts";

/** Placeholder condition. */
export function candidatesFor(_session: Session): string {
  return "(? = ?)";
}
