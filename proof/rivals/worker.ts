/** The worker of a rival: `worker.ts NAME DATABASE PORT PROVIDER`. Says when it is ready, works until it is killed. */
import { rivals } from "./all.ts";
import { sendThrough } from "./rival.ts";

const [name, url = "", port = "0", provider = ""] = process.argv.slice(2);
const rival = rivals.find((each) => each.name === name);
if (rival === undefined) throw new RangeError(`no rival is called ${name}`);
await rival.work({ url, port: Number(port), provider }, sendThrough(provider));
process.stdout.write('{"event":"ready"}\n');
