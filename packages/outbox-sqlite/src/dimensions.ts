/**
 * Names that repeat in a million rows, kept once: lanes, kinds (account and operation) and causes (why it is parked).
 * A row holds their numbers. A handful each, so all of them are in memory too.
 */
import type { DatabaseSync } from "node:sqlite";

/** Account and operation. */
export interface Kind {
  readonly account: string;
  readonly operation: string;
}

/** What one group of the review queue has in common. `""` stands for none in `reason`, `failureKind` and `code`. */
export interface Cause extends Kind {
  readonly reason: string;
  readonly failureKind: string;
  readonly code: string;
}

/** A table of names, both ways. */
interface Names<T> {
  readonly byId: Map<number, T>;
  readonly byKey: Map<string, number>;
}

/** Numbers of names; adds a row when a name is new. Made anew after a roll-back. */
export class Dimensions {
  readonly #db: DatabaseSync;
  readonly lanes: Names<string> = { byId: new Map(), byKey: new Map() };
  readonly kinds: Names<Kind> = { byId: new Map(), byKey: new Map() };
  readonly causes: Names<Cause> = { byId: new Map(), byKey: new Map() };
  #lastKind: (Kind & { readonly id: number }) | null = null;

  constructor(db: DatabaseSync) {
    this.#db = db;
    for (const row of db.prepare("SELECT id, name FROM lane").all()) {
      remember(this.lanes, String(row["name"]), Number(row["id"]), String(row["name"]));
    }
    for (const row of db.prepare("SELECT id, account, operation FROM kind").all()) {
      const kind = { account: String(row["account"]), operation: String(row["operation"]) };
      remember(this.kinds, kindKey(kind), Number(row["id"]), kind);
    }
    for (const row of db.prepare("SELECT id, account, operation, reason, kind, code FROM cause").all()) {
      const cause: Cause = {
        account: String(row["account"]),
        operation: String(row["operation"]),
        reason: String(row["reason"]),
        failureKind: String(row["kind"]),
        code: String(row["code"]),
      };
      remember(this.causes, causeKey(cause), Number(row["id"]), cause);
    }
  }

  lane(name: string): number {
    return (
      this.lanes.byKey.get(name) ??
      remember(this.lanes, name, this.#insert("INSERT INTO lane (name) VALUES (?)", [name]), name)
    );
  }

  kind(account: string, operation: string): number {
    // Nearly always the one asked for last: a key need not be made for it.
    const last = this.#lastKind;
    if (last !== null && last.account === account && last.operation === operation) return last.id;
    const id = this.#kind(account, operation);
    this.#lastKind = { id, account, operation };
    return id;
  }

  #kind(account: string, operation: string): number {
    const key = kindKey({ account, operation });
    const known = this.kinds.byKey.get(key);
    if (known !== undefined) return known;
    const id = this.#insert("INSERT INTO kind (account, operation) VALUES (?, ?)", [account, operation]);
    return remember(this.kinds, key, id, { account, operation });
  }

  cause(cause: Cause): number {
    const known = this.causes.byKey.get(causeKey(cause));
    if (known !== undefined) return known;
    const values = [cause.account, cause.operation, cause.reason, cause.failureKind, cause.code];
    const id = this.#insert(
      "INSERT INTO cause (account, operation, reason, kind, code) VALUES (?, ?, ?, ?, ?)",
      values,
    );
    return remember(this.causes, causeKey(cause), id, cause);
  }

  /** @throws when a row names a lane that does not exist */
  laneName(id: number): string {
    return named(this.lanes, id);
  }

  /** @throws when a row names a kind that does not exist */
  kindOf(id: number): Kind {
    return named(this.kinds, id);
  }

  #insert(sql: string, values: readonly string[]): number {
    return Number(this.#db.prepare(sql).run(...values).lastInsertRowid);
  }
}

function kindKey(kind: Kind): string {
  return `${kind.account}\n${kind.operation}`;
}

function causeKey(cause: Cause): string {
  return `${cause.account}\n${cause.operation}\n${cause.reason}\n${cause.failureKind}\n${cause.code}`;
}

function remember<T>(names: Names<T>, key: string, id: number, value: T): number {
  names.byId.set(id, value);
  names.byKey.set(key, id);
  return id;
}

function named<T>(names: Names<T>, id: number): T {
  const value = names.byId.get(id);
  if (value === undefined) throw new Error(`a row names number ${id}, which is not in its table`);
  return value;
}
