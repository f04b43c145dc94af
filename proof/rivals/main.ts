/**
 * `npm run proof:rivals -- [--messages N] [--kills N] [--seconds N] [--seed N] [--only NAME] [--write FILE]`: the same
 * faults and kills for Landline and for what people use instead.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { rivals } from "./all.ts";
import { compete } from "./contest.ts";
import type { ContestOptions, Standing } from "./contest.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "2000" },
    kills: { type: "string", default: "40" },
    seconds: { type: "string", default: "90" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    write: { type: "string" },
  },
});
const whole = (name: "messages" | "kills" | "seconds" | "seed"): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`--${name} must be a whole number above 0`);
  return value;
};
const options: ContestOptions = {
  messages: whole("messages"),
  kills: whole("kills"),
  seconds: whole("seconds"),
  seed: whole("seed"),
  say: (line) => console.error(line),
};

const standings: Standing[] = [];
for (const rival of rivals) {
  if (values.only === undefined || values.only === rival.name) standings.push(await compete(rival, options));
}

const page = [
  "# The proof: the rivals",
  "",
  "The same evening for everybody: a fake Twilio of whose requests a quarter goes wrong (resets before and after acceptance, 500",
  "although it was accepted, timeouts, HTML, cut answers, 429 beyond 40 a second), a worker that is killed with `kill -9`, and a",
  "PostgreSQL that is not. Each has the retries its documentation recommends; none can ask the provider what became of a lost answer,",
  "which is no fault of theirs: a queue does not know what its jobs do. The provider's ledger counts what really happened.",
  "",
  "- **sent again**: messages that people got more than once; **copies**: how many too many.",
  "- **lost silently**: never sent, and the books call it sent or know nothing of it.",
  "- **failed, but sent**: the books say failed, and the person has it. Whoever retries those sends twice.",
  "",
  "```sh",
  `npm run proof:rivals -- --messages ${options.messages} --kills ${options.kills} --seconds ${options.seconds} --seed ${options.seed}`,
  "```",
  "",
  "| | recipe | promised | sent once | sent again | copies | never sent | lost silently | failed, but sent | requests | at rest after |",
  "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  ...standings.map(lineOf),
  "",
].join("\n");
console.log(page);
if (values.write !== undefined) writeFileSync(values.write, page);
process.exit(0);

function lineOf(standing: Standing): string {
  const { rival, restSeconds, failedButSent } = standing;
  const cells = [
    rival.name,
    rival.recipe,
    standing.promised,
    standing.sentOnce,
    standing.sentAgain,
    standing.copies,
    standing.neverSent,
    standing.lostSilently,
    failedButSent ?? "no books",
    standing.requests,
    restSeconds === null ? "not within 180 s" : `${restSeconds.toFixed(1)} s`,
  ];
  return `| ${cells.join(" | ")} |`;
}
