/**
 * What the memory store keeps besides operations: holds, opt-outs, documents and audit lines. They outlive whatever
 * happens to the outbox that uses them.
 */
import type { HoldRecord, Store } from "../../ports/index.ts";

/** A line of the audit log. */
export interface AuditLine {
  readonly at: number;
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string | null;
}

/** The verbs of this file. */
type LedgerVerbs = Pick<
  Store,
  | "holds"
  | "hold"
  | "unhold"
  | "optOut"
  | "optIn"
  | "isOptedOut"
  | "optedOutOf"
  | "hasOptOuts"
  | "getDocument"
  | "putDocument"
  | "addDocument"
  | "deleteDocument"
  | "listDocuments"
  | "audit"
>;

/** Ledgers and what is in them. */
export interface MemoryLedgers {
  readonly verbs: LedgerVerbs;
  readonly auditLines: AuditLine[];
}

/**
 * Makes empty ledgers.
 * @param now epoch milliseconds
 * @param open throws when the store is closed
 */
export function createMemoryLedgers(now: () => number, open: () => void): MemoryLedgers {
  const holds = new Map<string, HoldRecord>();
  const optOuts = new Map<string, { because: string; liftedBecause: string | null; stands: boolean }>();
  const documents = new Map<string, Map<string, unknown>>();
  const auditLines: AuditLine[] = [];

  const collection = (name: string): Map<string, unknown> => {
    const known = documents.get(name) ?? new Map<string, unknown>();
    documents.set(name, known);
    return known;
  };

  const verbs: LedgerVerbs = {
    async holds() {
      open();
      return [...holds.values()];
    },
    async hold(hold) {
      open();
      const key = `${hold.account}\n${hold.reason}`;
      if (!holds.has(key)) holds.set(key, { ...hold, since: now() });
      auditLines.push({
        at: now(),
        actor: hold.actor,
        event: `account.${hold.reason}`,
        subject: hold.account,
        because: hold.because,
      });
    },
    async unhold(account, reason, actor) {
      open();
      const lifted = holds.delete(`${account}\n${reason}`);
      if (lifted)
        auditLines.push({ at: now(), actor, event: `account.${reason}.lifted`, subject: account, because: null });
      return lifted;
    },
    async optOut(account, recipient, because) {
      open();
      const key = `${account}\n${recipient}`;
      const known = optOuts.get(key);
      if (known === undefined) optOuts.set(key, { because, liftedBecause: null, stands: true });
      else if (!known.stands && known.because !== because) optOuts.set(key, { ...known, because, stands: true });
    },
    async optIn(account, recipient, because) {
      open();
      const key = `${account}\n${recipient}`;
      const known = optOuts.get(key);
      if (known?.stands !== true || known.liftedBecause === because) return false;
      optOuts.set(key, { ...known, liftedBecause: because, stands: false });
      return true;
    },
    async isOptedOut(account, recipient) {
      open();
      return optOuts.get(`${account}\n${recipient}`)?.stands === true;
    },
    async optedOutOf(account, recipients) {
      open();
      return new Set(recipients.filter((recipient) => optOuts.get(`${account}\n${recipient}`)?.stands === true));
    },
    async hasOptOuts() {
      open();
      return [...optOuts.values()].some(({ stands }) => stands);
    },
    async getDocument(name, id) {
      open();
      return structuredClone(collection(name).get(id) ?? null);
    },
    async putDocument(name, id, document) {
      open();
      collection(name).set(id, structuredClone(document));
    },
    async addDocument(name, id, document) {
      open();
      if (collection(name).has(id)) return false;
      collection(name).set(id, structuredClone(document));
      return true;
    },
    async deleteDocument(name, id) {
      open();
      return collection(name).delete(id);
    },
    async listDocuments(name) {
      open();
      return [...collection(name)].map(([id, document]) => ({ id, document: structuredClone(document) }));
    },
    async audit(line) {
      open();
      auditLines.push({ at: now(), ...line });
    },
  };
  return { verbs, auditLines };
}
