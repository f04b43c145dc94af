/**
 * The processes of a proof: started, killed, suspended and started again, each on the port it had before.
 *
 * Whoever kills one waits until it is back, as an operating system's supervisor would see to.
 */
import { startService } from "../apps/landline/src/demo/processes.ts";
import type { Service } from "../apps/landline/src/demo/processes.ts";

/** A process that is brought back whenever it is killed. */
export interface Member {
  readonly name: string;
  /** Whether it can be hit: it lives, and has lived long enough to have something under way. */
  readonly standing: boolean;
  /** `kill -9` and a new start; resolves when the new one is ready. */
  kill(): Promise<void>;
  /** Stops the world for it, for so many milliseconds. */
  suspend(ms: number): Promise<void>;
  /** SIGTERM and patience. */
  stop(): Promise<void>;
}

/** How a member is started. */
export interface Recipe {
  readonly name: string;
  readonly args: readonly string[];
}

/** A new process is spared for as long as its start took, and at least so many milliseconds. */
const spareMs = 1_000;

/** Starts a member. @throws when it ends before it is ready */
export async function startMember({ name, args }: Recipe): Promise<Member> {
  const asked = performance.now();
  let service = await startService(args);
  let standsSince = performance.now();
  let birthMs = standsSince - asked;
  const signal = (what: NodeJS.Signals): void => {
    if (service.alive()) process.kill(service.pid, what);
  };
  return {
    name,
    get standing() {
      return performance.now() - standsSince > Math.max(spareMs, birthMs);
    },
    async kill() {
      standsSince = Infinity;
      await service.kill();
      const killed = performance.now();
      service = await again(args);
      standsSince = performance.now();
      birthMs = standsSince - killed;
    },
    async suspend(ms) {
      signal("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, ms));
      signal("SIGCONT");
    },
    async stop() {
      signal("SIGCONT");
      await service.stop();
    },
  };
}

/** A database or a port may need a moment until it believes that its last user is dead. */
async function again(args: readonly string[]): Promise<Service> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startService(args);
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
