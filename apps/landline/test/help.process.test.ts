/** Every command says what it does, wrong usage is 2 with words a person can act on, and nothing prints a stack trace. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { everyCommand, treeOf } from "../src/completion/tree.ts";
import { createProgram } from "../src/program.ts";
import { landline, makePlace, stay } from "./kit.ts";
import type { Ended, Place } from "./kit.ts";

const stack = /^\s+at .+[:(]/m;

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(async () => place.leave());

/** Four at a time: each is a process of its own. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

test("--help of every command", async () => {
  const commands = everyCommand(treeOf(createProgram()));
  expect(commands.length).toBeGreaterThan(20);
  await each(commands, async (command) => {
    const { code, stdout, stderr } = await landline([...command.words.split(" ").slice(1), "--help"]);
    expect([command.words, code, stderr]).toEqual([command.words, 0, ""]);
    expect(stdout).toContain(`Usage: ${command.words}`);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(command.description);
    for (const { long } of command.options) expect(stdout).toContain(long);
    expect(/--config <file>[^]*--json/.test(stdout)).toBe(command.commands.length === 0);
  });
});

test.concurrent.each<[string, readonly string[], RegExp]>([
  ["no command", [], /Usage: landline/],
  ["an unknown command", ["sned"], /unknown command 'sned'\s+\(Did you mean send\?\)\s+See landline --help/],
  ["an unknown option", ["verify", "--ledgre", "x"], /unknown option '--ledgre'/],
  ["a missing argument", ["operations", "show"], /missing required argument 'id'/],
  [
    "a missing reason",
    ["review", "discard", "op_1"],
    /option '--reason <text>' not specified\s+See landline review discard --help/,
  ],
  ["a command of commands alone", ["review"], /Usage: landline review/],
  ["nothing to explain", ["explain", "twilio"], /give at least one of/],
  ["a status that is none", ["explain", "twilio", "--status", "99"], /from 100 to 599/],
  ["an unknown provider", ["explain", "carrier-pigeon", "--status", "500"], /carrier-pigeon/],
  ["an unknown shell", ["completion", "tcsh"], /bash, zsh, fish/],
  ["an unknown sandbox", ["sandbox", "pigeon"], /unknown provider "pigeon"/],
  ["a port that is none", ["serve", "--port", "http"], /--port must be a number/],
  ["nothing to send", ["send", "--body", "hello"], /--to and --body/],
  ["input that is no JSON", ["send", "--account", "a", "--operation", "b", "--input", "{"], /not valid JSON/],
  ["an input file that is not there", ["send", "--operation", "b", "--input", "@none.json"], /cannot be read/],
  ["a URL that is none", ["operations", "list", "--url", "ftp://x"], /not an http or https URL/],
  ["a configuration that is not there", ["verify", "--config", "none.json"], /none\.json/],
  ["no key at all", ["operations", "list"], /no key: set LANDLINE_KEY/],
])("%s is wrong usage", async (_, args, message) => {
  const env: Record<string, string> = args.includes("--url") ? { LANDLINE_KEY: "some-key" } : {};
  const { code, stdout, stderr } = await landline(args, { cwd: place.directory, env });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(stack);
});

test("a broken configuration names every fault with its path, and no secret", async () => {
  const config = await place.configure({
    store: "mysql://root:canary-password@host/db",
    accounts: { tw: { provider: "twilio", accountSid: 7, authToken: "canary-token" }, xx: { provider: "pigeon" } },
    policy: { attemptsMax: 0 },
    colour: "blue",
  });
  const told = async (args: readonly string[]): Promise<Ended> => landline([...args, "--config", config]);
  const results = await Promise.all([told(["verify"]), told(["doctor", "--json"]), told(["serve", "--port", "0"])]);
  for (const { code, stdout, stderr } of results) {
    expect([code, stdout]).toEqual([2, ""]);
    for (const where of ["store", "accounts.tw.accountSid", "accounts.xx.provider", "policy.attemptsMax", "colour"]) {
      expect(stderr).toContain(where);
    }
    expect(stderr).not.toMatch(/canary/);
    expect(stderr).not.toMatch(stack);
  }
});

test("nobody there, and nothing that can be read: failed, in words", async () => {
  const env = { LANDLINE_KEY: "some-key", LANDLINE_URL: "http://127.0.0.1:9" };
  const nobody = await landline(["operations", "list"], { env });
  expect(nobody.code).toBe(1);
  expect(nobody.stderr).toMatch(/no gateway answers at http:\/\/127\.0\.0\.1:9/);
  await mkdir(path.join(place.directory, "folder.db"), { recursive: true });
  await writeFile(path.join(place.directory, "text.db"), "this is no database\n".repeat(500));
  for (const store of ["folder.db", "text.db"]) {
    const config = await place.configure({ store: `sqlite:./${store}` });
    const { code, stdout, stderr } = await landline(["verify", "--config", config]);
    expect([store, code, stdout]).toEqual([store, 1, ""]);
    expect(stderr).toContain(store);
    expect(stderr).not.toMatch(stack);
  }
});

test("a command that looks after a store makes none where there is none", async () => {
  const config = await place.configure({ store: "sqlite:./not-there.db" });
  for (const command of ["verify", "prune", "restore"]) {
    const { code, stdout, stderr } = await landline([command, "--config", config]);
    expect([command, code, stdout, stderr]).toEqual([
      command,
      1,
      "",
      expect.stringMatching(/there is no store at .*not-there\.db/),
    ]);
  }
  const doctor = await landline(["doctor", "--config", config]);
  expect([doctor.code, doctor.stdout]).toEqual([0, expect.stringMatching(/^ok +store +.*not there yet/m)]);
  const elsewhere = await landline(["doctor", "--config", await place.configure({ store: "sqlite:./no-folder/x.db" })]);
  expect([elsewhere.code, elsewhere.stdout]).toEqual([
    1,
    expect.stringMatching(/^fail +store +the folder .*no-folder/m),
  ]);
  expect(existsSync(path.join(place.directory, "not-there.db"))).toBe(false);
});

test("a configuration in TypeScript is read also in a package that npm init made", async () => {
  const directory = path.join(place.directory, "typed");
  await mkdir(directory);
  await writeFile(path.join(directory, "package.json"), '{"type":"commonjs"}');
  await writeFile(path.join(directory, "stores.ts"), 'export const store: string = "sqlite:./typed.db";');
  const config = path.join(directory, "landline.config.ts");
  const head = 'import { defineConfig } from "landline";\nimport { store } from "./stores.ts";\n';
  for (const source of [
    `${head}export default defineConfig({ store });`,
    'module.exports = { store: "sqlite:./typed.db" };',
  ]) {
    await writeFile(config, source);
    const { code, stdout, stderr } = await landline(["doctor"], { cwd: directory });
    expect([code, stderr, stdout]).toEqual([0, "", expect.stringContaining("typed.db is not there yet")]);
  }
});

test("the first key is shown also when starting fails afterwards, and who lost it is told what to do", async () => {
  const config = await place.configure({ store: "sqlite:./keyed.db" });
  const taken = createServer();
  const port = await new Promise<string>((resolve) => {
    taken.listen(0, "127.0.0.1", () => resolve(String((taken.address() as AddressInfo).port)));
  });
  const failed = await landline(["serve", "--config", config, "--port", port]);
  taken.close();
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/made the admin key ll_.+\n.*is in use/)]);
  const again = await stay(["serve", "--config", config, "--port", "0"]);
  expect(again.log()).toMatch(/those made earlier count/);
  expect(await again.stop()).toBe(0);
});

test("explain: a failure as a document, from a file, from standard input, and an unknown code", async () => {
  const known = await landline(["explain", "twilio", "--code", "21610", "--json"]);
  expect(known.code).toBe(0);
  expect(JSON.parse(known.stdout)).toMatchObject({
    code: "21610",
    kind: "recipient_blocked",
    docs: expect.stringMatching(/^https:/),
  });
  const piped = await landline(["explain", "twilio", "--status", "400", "--body", "-"], {
    input: '{"code":21211,"message":"bad"}',
  });
  expect([piped.code, piped.stderr]).toEqual([0, ""]);
  expect(piped.stdout).toContain("21211");
  const unknown = await landline(["explain", "twilio", "--code", "1"]);
  expect(unknown.code).toBe(0);
  expect(unknown.stdout).toMatch(/unknown|not known/i);
});

test("the bash script completes commands, options, choices and files, in bash itself", async () => {
  const { code, stdout, stderr } = await landline(["completion", "bash"]);
  expect([code, stderr]).toEqual([0, ""]);
  const script = path.join(place.directory, "completion.bash");
  await writeFile(script, stdout);
  const completed = (...words: readonly string[]): string[] => {
    const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _landline; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync("bash", ["-c", program, "bash", script, "landline", ...words], {
      cwd: place.directory,
      encoding: "utf8",
    });
    return out.split("\n").filter((line) => line !== "");
  };
  expect(completed("re")).toEqual(["review", "restore"]);
  expect(completed("review", "f")).toEqual(["fix", "fallback"]);
  expect(completed("review", "fix", "--r")).toEqual(["--reason"]);
  expect(completed("review", "fix", "op_1", "--input", "x", "--v")).toEqual(["--version"]);
  expect(completed("explain", "")).toEqual(expect.arrayContaining(["twilio", "red-cloud", "noticia", "--code"]));
  expect(completed("verify", "--ledger", "comp")).toEqual(["completion.bash"]);
  expect(completed("send", "--to", "")).toEqual([]);
  const others = await Promise.all(["zsh", "fish"].map((shell) => landline(["completion", shell, "--json"])));
  for (const { code: ended, stdout: document } of others) {
    expect(ended).toBe(0);
    expect(JSON.parse(document)).toEqual({ shell: expect.any(String), script: expect.stringContaining("escalate") });
  }
});
