/**
 * A test alert through every configured channel, and what each said. It goes the way of a real one, apart from grouping:
 * a test that was swallowed as a repeat would prove nothing.
 */
import type { Redactor } from "@landline/core";
import type { Checked } from "@landline/gateway";
import type { Alert, Sink } from "./alert.ts";

/** A channel that has not taken it by then, in milliseconds, counts as failed. */
const patienceMs = 15_000;

/** Tells every sink once, at the same time. Never rejects. */
export async function testAlerts(
  sinks: readonly Sink[],
  ports: { readonly redactor: Redactor; readonly now: () => number; readonly monotonic: () => number },
  actor: string,
): Promise<readonly Checked[]> {
  const opened: Alert = {
    key: `test:${ports.now()}`,
    status: "opened",
    severity: "warning",
    title: "Test alert from Landline",
    text: `${actor} asked whether alerts arrive. They do. Nothing needs doing.`,
    count: 1,
    at: ports.now(),
    account: null,
    operationId: null,
    code: null,
    link: null,
  };
  return Promise.all(
    sinks.map(async (sink): Promise<Checked> => {
      const startedAt = ports.monotonic();
      const told = async (): Promise<void> => {
        await sink.send(opened);
        // A page must not stay open because somebody tested it.
        await sink.send({ ...opened, status: "resolved", title: "Test alert is over" });
      };
      const error = await withPatience(told()).then(
        () => null,
        (failed: unknown) => ports.redactor.text(failed instanceof Error ? failed.message : String(failed)),
      );
      return { subject: sink.name, error, durationMs: ports.monotonic() - startedAt };
    }),
  );
}

async function withPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`did not take it within ${patienceMs / 1000} s`));
    }, patienceMs);
  });
  await Promise.race([work, patience]).finally(() => clearTimeout(timer));
}
