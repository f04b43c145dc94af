/**
 * Accounts as a program writes them down, made into accounts that are ready to use.
 *
 * A sender touches the network, so the outbox never makes one by itself: it is handed the function that does.
 */
import type { Policy, PolicyInput, Provider } from "@landline/core";
import { defaultPolicy, parsePolicy } from "@landline/core";
import type { Account, Sender } from "./ports/index.ts";

/** Makes the sender of an account. `createSender` of `@landline/client` fits. */
export type SenderMaker = (
  provider: Provider,
  options: { readonly callbackUrl: string | null },
) => Sender & { close?(): void };

/** A provider, and how hard to try with it. */
export interface AccountOptions {
  readonly provider: Provider;
  /** Laid over the common policy, key by key. */
  readonly policy?: PolicyInput;
  /** Policies of single operations, laid over the account's. */
  readonly operations?: Readonly<Record<string, { readonly policy?: PolicyInput }>>;
  readonly limits?: NonNullable<Account["limits"]>;
  /** Instead of one made by `createSender`; whoever made it closes it. */
  readonly sender?: Sender;
}

/** Accounts by name: a provider, or one with options. Or accounts that are complete. */
export type Accounts = Iterable<Account> | Readonly<Record<string, Provider | AccountOptions>>;

/** What the short form needs besides. */
export interface AccountsContext {
  readonly createSender?: SenderMaker | undefined;
  readonly policy?: PolicyInput | undefined;
  /** Where the gateway is reached from outside, without a slash at the end; null: providers report nothing. */
  readonly publicUrl?: string | null | undefined;
}

/** Accounts that are ready, and how to end what was made for them. */
export interface ReadyAccounts {
  readonly accounts: readonly Account[];
  close(): void;
}

/**
 * Makes accounts ready.
 * @throws TypeError when nobody can make a sender, RangeError for a policy that is none; the message has the path
 */
export function accountsOf(source: Accounts, context: AccountsContext): ReadyAccounts {
  if (isIterable(source)) return { accounts: [...source], close: () => undefined };
  const made: { close?(): void }[] = [];
  const common = policyOver(context.policy, defaultPolicy, "policy");
  const accounts = Object.entries(source).map(([name, entry]): Account => {
    const options: AccountOptions = "provider" in entry ? entry : { provider: entry };
    const { provider, operations = {}, limits } = options;
    const policy = policyOver(options.policy, common, `accounts.${name}.policy`);
    const operationPolicies = Object.fromEntries(
      Object.entries(operations).map(([operation, its]) => {
        const path = `accounts.${name}.operations.${operation}`;
        if (!Object.hasOwn(provider.operations, operation))
          throw new RangeError(`${path} is not an operation of ${provider.name}`);
        return [operation, policyOver(its.policy, policy, `${path}.policy`)];
      }),
    );
    let { sender } = options;
    if (sender === undefined) {
      if (context.createSender === undefined)
        throw new TypeError(`accounts.${name} has no sender; hand over createSender from @landline/client`);
      const { publicUrl = null } = context;
      const callbackUrl = publicUrl === null ? null : `${publicUrl}/webhooks/${encodeURIComponent(name)}`;
      const own = context.createSender(provider, { callbackUrl });
      made.push(own);
      sender = own;
    }
    return { name, provider, sender, policy, operationPolicies, ...(limits === undefined ? {} : { limits }) };
  });
  return {
    accounts,
    close() {
      for (const sender of made) sender.close?.();
    },
  };
}

function policyOver(input: PolicyInput | undefined, over: Policy, path: string): Policy {
  const reading = parsePolicy(input, over, path);
  if (reading.ok) return reading.policy;
  throw new RangeError(reading.faults.map((fault) => `${fault.path}: ${fault.message}`).join("; "));
}

function isIterable(source: Accounts): source is Iterable<Account> {
  return Symbol.iterator in source;
}
