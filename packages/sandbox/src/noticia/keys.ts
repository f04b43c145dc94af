/**
 * API keys and their four ways of being refused.
 */
import type { Answer } from "../fake.ts";
import { refuse } from "./answers.ts";

/** What a key is good for. */
export type KeyState = "active" | "revoked" | "expired" | "forbidden";

/** One API key. */
export interface NoticiaKey {
  /** With its `ntca_` prefix. */
  readonly key: string;
  /** Default `active`. */
  readonly state?: KeyState;
}

/** The keys of a sandbox. */
export interface Keys {
  refusal(key: string | undefined): Answer | null;
  /** False when there is no such key. */
  setState(key: string, state: KeyState): boolean;
  reset(): void;
}

/**
 * @param keys who may call; null: every key with the right prefix, except that `ntca_revoked…`, `ntca_expired…` and
 *   `ntca_forbidden…` are refused as their names say
 */
export function createKeys(keys: readonly NoticiaKey[] | null): Keys {
  const states = new Map<string, KeyState>();
  const load = (): void => {
    states.clear();
    for (const { key, state } of keys ?? []) states.set(key, state ?? "active");
  };
  load();
  const stateOf = (key: string): KeyState | null => {
    const known = states.get(key);
    if (known !== undefined) return known;
    if (keys !== null || !/^ntca_\S+$/.test(key)) return null;
    return (/^ntca_(revoked|expired|forbidden)/.exec(key)?.[1] as KeyState | undefined) ?? "active";
  };
  return {
    refusal(key) {
      if (key === undefined || key === "")
        return refuse(401, "AUTH_MISSING_API_KEY", "The x-api-key header is missing");
      const state = stateOf(key);
      switch (state) {
        case "active":
          return null;
        case null:
          return refuse(401, "AUTH_INVALID_API_KEY", "The API key is not known");
        case "revoked":
          return refuse(401, "AUTH_REVOKED_API_KEY", "The API key was revoked");
        case "expired":
          return refuse(401, "AUTH_EXPIRED_API_KEY", "The API key has expired");
        case "forbidden":
          return refuse(403, "AUTHORIZATION_FORBIDDEN", "The API key may not do this");
        default:
          return state satisfies never;
      }
    },
    setState(key, state) {
      if (stateOf(key) === null) return false;
      states.set(key, state);
      return true;
    },
    reset: load,
  };
}
