/** What is refused at the door, and what the message tells a person to do. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { initial } from "./migrations/0001-initial.ts";
import { migrate, schemaVersion } from "./migrations/migrate.ts";
import { applicationId } from "./open.ts";
import { sqliteStore } from "./store.ts";
import { message } from "./testing/message.ts";
import { place, tamper } from "./testing/place.ts";
import { StoreTrouble } from "./trouble.ts";

function refusal(file: string): StoreTrouble {
  try {
    void sqliteStore(file).close();
  } catch (error) {
    if (error instanceof StoreTrouble) return error;
    throw error;
  }
  throw new Error("it was opened");
}

test("a new file becomes ours, durable and without mmap", async () => {
  const file = place();
  await sqliteStore(file).close();
  const db = new DatabaseSync(file);
  expect(db.prepare("PRAGMA application_id").get()).toEqual({ application_id: applicationId });
  expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: schemaVersion });
  expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  db.close();
});

test("a file of text is not a store and stays as it was", () => {
  const file = place();
  const text = "recipients,bodies\n".repeat(500);
  writeFileSync(file, text);
  expect(refusal(file)).toMatchObject({ code: "foreign", message: expect.stringContaining("Name another file") });
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("another program's database is refused and stays as it was", () => {
  const file = place();
  tamper(file, "CREATE TABLE customers (id INTEGER PRIMARY KEY); PRAGMA application_id = 77");
  const before = readFileSync(file);
  expect(refusal(file)).toMatchObject({ code: "foreign", message: expect.stringContaining(file) });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("a database without an application id but with tables is refused", () => {
  const file = place();
  tamper(file, "CREATE TABLE customers (id INTEGER PRIMARY KEY)");
  expect(refusal(file).code).toBe("foreign");
});

test("a store of the first version is brought to the newest, and what it held stays", async () => {
  const file = place();
  await sqliteStore(file).close();
  const old = new DatabaseSync(place());
  old.exec(initial);
  old.exec(`PRAGMA user_version = 1;
    INSERT INTO attempt (seq, number, lease, started_at, started_version, ended_version) VALUES (1, 1, 1, 5, 2, 3)`);
  expect(migrate(old, file)).toBe(schemaVersion - 1);
  expect(migrate(old, file)).toBe(0);
  expect(old.prepare("SELECT started_at, body FROM attempt").all()).toEqual([{ started_at: 5, body: null }]);
  const columns = (db: DatabaseSync) => db.prepare("SELECT name, type FROM pragma_table_info('attempt')").all();
  const fresh = new DatabaseSync(file);
  expect(columns(old)).toEqual(columns(fresh));
  old.close();
  fresh.close();
});

test("a store of a later version is refused", async () => {
  const file = place();
  await sqliteStore(file).close();
  tamper(file, "PRAGMA user_version = 99");
  expect(refusal(file)).toMatchObject({ code: "schema_too_new", message: expect.stringContaining("schema 99") });
});

test("a folder, a folder that does not exist, and no file at all", () => {
  const file = place();
  mkdirSync(file);
  expect(refusal(file)).toMatchObject({ code: "cannot_open", message: expect.stringContaining("folder") });
  expect(refusal(path.join(file, "deeper", "still", "landline.db")).code).toBe("cannot_open");
  expect(refusal(":memory:").code).toBe("cannot_open");
  expect(refusal("").code).toBe("cannot_open");
});

test("a damaged file is named as such", async () => {
  const file = place();
  const store = sqliteStore(file);
  await store.insertMany(Array.from({ length: 2_000 }, (_, index) => message(index)));
  await store.close();
  const bytes = readFileSync(file);
  bytes.fill(0xaa, 4_096, bytes.length - 4_096);
  writeFileSync(file, bytes);
  expect(refusal(file)).toMatchObject({ code: "corrupt", message: expect.stringContaining("restore the last backup") });
});

test("one owner at a time, also within a process", async () => {
  const file = place();
  const store = sqliteStore(file);
  expect(refusal(file)).toMatchObject({ code: "in_use", message: expect.stringContaining(file) });
  await store.insert(message(1));
  await store.close();
  const next = sqliteStore(file);
  expect(await next.get(message(1).id)).toMatchObject({ state: "queued" });
  await next.close();
});

test("an old SQLite is refused", () => {
  const file = place();
  const prepare = DatabaseSync.prototype.prepare;
  try {
    DatabaseSync.prototype.prepare = function old(sql) {
      return prepare.call(this, sql.replace("sqlite_version()", "'3.51.2'"));
    };
    expect(refusal(file)).toMatchObject({ code: "sqlite_too_old", message: expect.stringContaining("3.51.2") });
  } finally {
    DatabaseSync.prototype.prepare = prepare;
  }
});
