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
  const { store, operations, kills, seconds, seed, workers: count } = options;
  const many = store === "postgres" ? ` --workers ${count}` : "";
  const command = `npm run proof -- --store ${store} --operations ${operations} --kills ${kills} --seconds ${seconds} --seed ${seed}${many}`;
  return [
    `## ${options.store === "sqlite" ? "SQLite" : "PostgreSQL"}, seed ${options.seed}`,
    "",
    `${options.operations} operations, ${workers}; ${hits}. ${Math.round(result.seconds)} s in all; at rest ${result.restSeconds.toFixed(1)} s after the last blow. ${verdict}`,
    "",
    "```sh",
    command,
    "```",
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
    "Real processes on loopback, killed for real: gateway, workers, a fake provider with a ledger of its own, and a wire between",
    "them that can be cut. An application posts and repeats what was not answered; a seed decides what goes wrong and when.",
    "Afterwards what was promised, what the store believes and what the ledger says are held against each other.",
    "",
    "A quarter of all requests go wrong besides: resets before and after acceptance, 500 although it was accepted, timeouts,",
    "acceptance long after the client has gone, HTML instead of JSON, cut answers, 429 beyond 40 a second; callbacks come twice,",
    "shuffled, or never.",
    "",
    "- **lost**: promised and not in the store, or called sent and never happened, or happened and called not sent.",
    "- **duplicates**: happened more than once.",
    "- **answers lost**: operations of which at least one answer never arrived whole. That is doubt, and every doubt ends in one of the",
    "  two columns after it.",
    "- **parked as doubt**: left to a person. The checker accepts only those whose answer the ledger shows as lost, or whose attempt",
    "  was hit by a blow. Where the provider can be asked or recognises a repeat there must be none, but for operations that were hit",
    "  so often that they are suspected to kill their worker (poison).",
    "- Nobody may send again into a doubt that cannot be settled, and all requests of an operation must have the same bytes and key.",
    "",
    '"Nothing broken" says that `landline verify` and `landline verify --ledger` found nothing either ([invariants](invariants.md)).',
    "",
    `Node ${process.version}, ${process.platform} ${release()} ${process.arch}. The blows come from the seed; at which instruction they land does`,
    "not, so a run can be repeated in kind and not to the letter. `npm run simulate -- --durable` is exact instead.",
    "",
    ...results.map(tableOf),
  ].join("\n");
}
