/**
 * PgBouncer in front of a test server, in transaction mode, where one is installed: on the path, in Debian's place, or
 * where `LANDLINE_TEST_PGBOUNCER` says.
 */
import { spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Cluster } from "./cluster.ts";
import { administer, freePort } from "./cluster.ts";

/** A running pooler. */
export interface Pooler {
  readonly url: string;
  close(): Promise<void>;
}

/** Where the program is; null: nowhere. */
export function poolerProgram(): string | null {
  const named = process.env["LANDLINE_TEST_PGBOUNCER"];
  if (named !== undefined) return named;
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/sbin"];
  return folders.map((folder) => path.join(folder, "pgbouncer")).find((program) => existsSync(program)) ?? null;
}

/** Starts one before a server. */
export async function startPooler(program: string, cluster: Cluster): Promise<Pooler> {
  const folder = mkdtempSync(path.join(tmpdir(), "landline-pooler-"));
  const port = await freePort();
  const { username, password } = new URL(cluster.url);
  const users = path.join(folder, "users.txt");
  const settings = path.join(folder, "pgbouncer.ini");
  writeFileSync(users, `"${username}" "${password}"\n`);
  writeFileSync(
    settings,
    `[databases]
postgres = host=127.0.0.1 port=${cluster.port} dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
ignore_startup_parameters = options,statement_timeout,idle_in_transaction_session_timeout
`,
  );
  // It refuses to run as root, as the server does: it runs as whoever owns the server's files.
  const { uid, gid } = process.getuid?.() === 0 ? statSync(cluster.folder) : { uid: undefined, gid: undefined };
  for (const file of [folder, users, settings]) {
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
    chmodSync(file, file === folder ? 0o755 : 0o644);
  }
  const library = path.join(path.dirname(program), "../lib/x86_64-linux-gnu");
  const child = spawn(program, [settings], {
    stdio: "ignore",
    env: { ...process.env, LD_LIBRARY_PATH: [library, process.env["LD_LIBRARY_PATH"] ?? ""].join(":") },
    ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
  });
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.once("exit", () => {
      ended = true;
      resolve();
    });
    child.once("error", () => {
      ended = true;
      resolve();
    });
  });
  const url = cluster.url.replace(`:${cluster.port}/`, `:${port}/`);
  for (let tries = 0; tries < 200; tries += 1) {
    if (ended) throw new Error(`${program} ended at once`);
    if ((await administer(url, "SELECT 1").catch(() => null)) !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    close: async () => {
      child.kill("SIGTERM");
      await end;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
