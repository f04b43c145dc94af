/** pg-boss: a queue in PostgreSQL. A job whose worker died is found by its missing heartbeat. */
import { Client } from "pg";
import { PgBoss } from "pg-boss";
import type { Belief, Message, Rival } from "./rival.ts";

const queue = "messages";
let posting: PgBoss | null = null;

async function begin(url: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: url, monitorIntervalSeconds: 5, superviseIntervalSeconds: 5 });
  boss.on("error", () => undefined);
  await boss.start();
  return boss;
}

async function ask<Row>(url: string, text: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as readonly Row[];
  } finally {
    await client.end();
  }
}

/** With exponential back-off and heartbeats. */
export const pgBoss: Rival = {
  name: "pg-boss",
  recipe: "`retryLimit: 11`, `retryBackoff`, at most 2 s, `heartbeatSeconds: 10`",
  async prepare({ url }) {
    posting = await begin(url);
    await posting.createQueue(queue, {
      retryLimit: 11,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 2,
      heartbeatSeconds: 10,
    });
  },
  async post(_target, message) {
    if ((await posting?.send(queue, message)) === null) throw new Error("the job was not taken");
  },
  async work({ url }, send) {
    const boss = await begin(url);
    const options = { pollingIntervalSeconds: 0.5, localConcurrency: 16 };
    await boss.work<Message>(queue, options, async ([job]) => {
      if (job !== undefined) await send(job.data);
    });
  },
  async leave() {
    await posting?.stop({ graceful: false });
    posting = null;
  },
  async books({ url }) {
    const rows = await ask<{ readonly number: number; readonly state: string }>(
      url,
      `SELECT (data->>'number')::int AS number, state::text AS state FROM pgboss.job WHERE name = '${queue}'`,
    );
    const beliefs: Readonly<Record<string, Belief>> = { completed: "sent", failed: "failed", cancelled: "failed" };
    return new Map(rows.map(({ number, state }) => [number, beliefs[state] ?? "open"]));
  },
  async open({ url }) {
    const [row] = await ask<{ readonly open: number }>(
      url,
      `SELECT count(*)::int AS open FROM pgboss.job WHERE name = '${queue}' AND state < 'completed'`,
    );
    return row?.open ?? 0;
  },
};
