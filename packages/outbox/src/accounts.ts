/**
 * The health of accounts, and what people may do to them: pause, resume, check.
 */
import { laneHealth } from "@landline/core";
import type { Outcome } from "@landline/core";
import type { AccountHealth } from "./api.ts";
import type { Context } from "./context.ts";
import type { Account } from "./ports/index.ts";
import { messageOf } from "./trouble.ts";

/** What the last checks of this process found. */
export type Checks = Map<string, AccountHealth["lastCheck"]>;

/** One account's health. */
export function healthOf(context: Context, account: Account, checks: Checks): AccountHealth {
  const { name, provider } = account;
  const holds = context.holds.of(name);
  const has = (reason: string): boolean => holds.some((hold) => hold.reason === reason);
  const now = context.clock.now();
  return {
    name,
    provider: provider.name,
    baseUrl: provider.baseUrl,
    operations: Object.keys(provider.operations),
    state: has("blocked") ? "blocked" : has("paused") ? "paused" : has("incident") ? "incident" : "ok",
    holds,
    lanes: context.lanes
      .all()
      .filter((entry) => entry.account === account)
      .map((entry) => ({ lane: entry.name, ...laneHealth(entry.lane, now) })),
    lastCheck: checks.get(name) ?? null,
  };
}

/** Closes an account until somebody resumes it; survives a restart. */
export async function pauseAccount(context: Context, account: Account, actor: string, because: string): Promise<void> {
  const at = context.clock.now();
  await context.holds.close({ account: account.name, reason: "paused", actor, because, since: at });
  context.events.emit({ type: "account.changed", at, account: account.name, state: "paused", because, actor });
}

/** Opens an account: lifts the pause, and a block as well, because a person says that it may go on. */
export async function resumeAccount(context: Context, account: Account, actor: string, because: string): Promise<void> {
  const paused = await context.holds.lift(account.name, "paused", actor);
  const blocked = await context.holds.lift(account.name, "blocked", actor);
  if (paused || blocked) reopened(context, account, actor, because);
}

/** Asks whether credentials and service work. An acceptance lifts a block; a refused credential makes one. */
export async function checkAccount(context: Context, account: Account, actor: string, checks: Checks): Promise<void> {
  const outcome = await probeAccount(context, account);
  const at = context.clock.now();
  const { name } = account;
  if (outcome === null) {
    checks.set(name, { at, ok: true, message: "the provider has nothing to ask; resume lifts a block" });
    return;
  }
  if (outcome.type === "accepted") {
    checks.set(name, { at, ok: true, message: "the credentials are accepted" });
    if (await context.holds.lift(name, "blocked", actor)) reopened(context, account, actor, "a check was accepted");
    return;
  }
  const shown = context.showing.get(name)?.(outcome.failure) ?? outcome.failure;
  checks.set(name, { at, ok: false, message: `${shown.message} ${shown.guidance}`.trim() });
  if (outcome.type !== "rejected" || !outcome.blocksAccount) return;
  if (context.holds.of(name).some((hold) => hold.reason === "blocked")) return;
  const because = `a check was refused: ${shown.message}`;
  await context.holds.close({ account: name, reason: "blocked", actor, because, since: at });
  context.events.emit({ type: "account.changed", at, account: name, state: "blocked", because, actor });
}

/** One probe, bounded in time; null when the provider has nothing to ask. */
export async function probeAccount(context: Context, account: Account): Promise<Outcome | null> {
  const timeoutMs = account.policy.attemptTimeoutMs;
  const controller = new AbortController();
  const cancel = context.host.after(timeoutMs + 1_000, () => controller.abort());
  try {
    return await account.sender.probe({ timeoutMs, signal: controller.signal });
  } catch (error) {
    context.events.emit({
      type: "worker.trouble",
      at: context.clock.now(),
      message: `could not probe ${account.name}: ${messageOf(error)}`,
    });
    return null;
  } finally {
    cancel();
  }
}

function reopened(context: Context, account: Account, actor: string, because: string): void {
  const at = context.clock.now();
  const state = context.holds.isHeld(account.name) ? "incident" : "ok";
  context.events.emit({ type: "account.changed", at, account: account.name, state, because, actor });
  context.wakeAll();
}
