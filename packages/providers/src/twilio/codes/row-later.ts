/** Classes of codes that never come as an answer: on a message that was taken, or as a warning. */
import type { CodeClass } from "./row.ts";
import { failed } from "./row.ts";

/** Not delivered; a repeat of the same message would end the same way. */
export const undeliverable: CodeClass = {
  ...failed,
  kind: "undelivered",
  retry: "never",
  remedy: "fix_request",
  responsible: "caller",
};

/** Not delivered to this person; perhaps another time, better by another channel. */
export const unreachable: CodeClass = {
  ...failed,
  kind: "undelivered",
  retry: "later",
  remedy: "other_channel",
  responsible: "recipient",
  otherChannel: "yes",
};

/** Not delivered because the sender, campaign or template may not send this until somebody acts. */
export const senderRefused: CodeClass = {
  ...failed,
  kind: "authorization",
  retry: "never",
  remedy: "fix_account",
  responsible: "operator",
};

/** Does not stop anything. */
export const warning: CodeClass = {
  status: null,
  arrives: "warning",
  execution: "executed",
  kind: "invalid_request",
  retry: "never",
  remedy: "fix_request",
  responsible: "caller",
  otherChannel: "no",
};
