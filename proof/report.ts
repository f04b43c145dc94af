/** The reckoning as a table for people, and as the page docs/reference/proof.md. */
import { release } from "node:os";
import type { Row } from "./reckoning.ts";
import type { ProofResult } from "./run.ts";
import { subjects } from "./workload.ts";

/** One run as Markdown. */
export function tableOf(result: ProofResult): string {
  const { options, blows, rows, faults } = result;
  const workers =
    options.store === "sqlite" ? "gateway and worker in one process" : `gateway and ${options.workers} workers`;
  const hits = Object.entries(blows)
    .map(([blow, count]) => `${count} × ${words[blow as keyof typeof words]}`)
    .join(", ");
  const verdict = faults.length === 0 ? "Nothing broken." : `**${faults.length} faults.**`;
  return [
    `### ${options.store === "sqlite" ? "SQLite" : "PostgreSQL"}, seed ${options.seed}`,
    "",
    `${options.operations} operations, ${workers}; ${hits}. ${Math.round(result.seconds)} s in all; at rest ${result.restSeconds.toFixed(1)} s after the last blow. ${verdict}`,
    "",
    "| provider can… | promised | sent once | lost | duplicates | answers lost | settled by asking, repeating or receipt | parked as doubt | parked otherwise | requests |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |",
    ...rows.map(lineOf),
    "",
  ].join("\n");
}

const words = {
  kill: "kill -9 of a gateway or worker",
  suspend: "SIGSTOP past the lease",
  sandbox: "kill -9 of the provider",
  cut: "all connections reset",
  freeze: "all connections half open",
  storm: "storm of 429",
  terminate: "all database sessions ended",
  restart: "database restarted",
} as const;

function lineOf(row: Row): string {
  const about = subjects.find(({ doubt }) => doubt === row.doubt)?.about ?? row.doubt;
  const parked = Object.entries(row.parked).map(([reason, count]) => `${count} ${reason}`);
  const cells = [
    about,
    row.promised,
    row.sentOnce,
    row.lost,
    row.duplicates,
    row.doubts,
    row.resolved,
    row.parkedAsDoubt,
    parked.length === 0 ? "–" : parked.join(", "),
    row.requests,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The whole page. */
export function pageOf(results: readonly ProofResult[]): string {
  return [
    "# The proof",
    "",
    `Node ${process.version}, ${process.platform} ${release()} ${process.arch}.`,
    "",
    ...results.map(tableOf),
  ].join("\n");
}
