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
  /** Whether it delivers: what it had started is in doubt when it dies. */
  readonly delivers: boolean;
  /** `kill -9` and a new start; resolves with the instant of death when the new one is ready. */
  kill(): Promise<number>;
  /** Stops the world for it, for so many milliseconds. */
  suspend(ms: number): Promise<void>;
  /** SIGTERM and patience. */
  stop(): Promise<void>;
}

/** How a member is started. */
export interface Recipe {
  readonly name: string;
  readonly delivers: boolean;
  readonly args: readonly string[];
}

/** Starts a member. @throws when it ends before it is ready */
export async function startMember({ name, delivers, args }: Recipe): Promise<Member> {
  let service = await startService(args);
  const signal = (what: NodeJS.Signals): void => {
    if (service.alive()) process.kill(service.pid, what);
  };
  return {
    name,
    delivers,
    async kill() {
      await service.kill();
      const diedAt = Date.now();
      service = await again(args);
      return diedAt;
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
