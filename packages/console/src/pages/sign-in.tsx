/** The door: one field, one key. The key goes to the gateway once and is not kept here. */
import { Button, PasswordInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { signInQuery } from "../api/admin.ts";
import { ApiError, ask, rememberCsrfToken } from "../api/client.ts";
import { sessionQuery } from "../api/queries.ts";
import type { Session } from "../api/types.ts";
import { Mark } from "../parts/mark.tsx";

/** What went wrong on the way to a sign-in provider and back. */
const signInTroubles: Readonly<Record<string, string>> = {
  unreachable: "The sign-in provider does not answer. Try again, or use a key.",
  denied: "The sign-in provider refused.",
  no_role: "The provider knows you, but none of your groups has a role here.",
  invalid: "That sign-in took too long or was begun elsewhere. Begin again.",
};

/** Asks for an API key, or leads to a provider. */
export function SignInPage() {
  const queries = useQueryClient();
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const oidc = useQuery(signInQuery).data?.oidc;
  const { pathname, search } = location;
  const refused = signInTroubles[new URLSearchParams(search).get("sign_in") ?? ""];
  // A failed way back says so in the address; the next attempt begins without it.
  const returnTo = refused === undefined ? `${pathname}${search}` : "/";
  const [busy, setBusy] = useState(false);
  const signIn = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (key.trim() === "") return setProblem("Paste the key that was made for you.");
    setBusy(true);
    setProblem(null);
    try {
      const session = await ask<Session>("/v1/session", { method: "POST", body: { key: key.trim() } });
      rememberCsrfToken(session.csrf_token);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      queries.setQueryData(sessionQuery.queryKey, session);
    } catch (error) {
      const unknown = error instanceof ApiError && error.status === 401;
      setProblem(unknown ? "The gateway does not know this key." : (error as Error).message);
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form onSubmit={(event) => void signIn(event)} noValidate>
        <Mark />
        <h1>Sign in</h1>
        <p className="soft">Every message, once, with the reason.</p>
        {refused === undefined ? null : (
          <p className="note" data-tone="fail" role="alert">
            {refused}
          </p>
        )}
        <PasswordInput
          label="API key"
          size="md"
          value={key}
          onChange={(event) => {
            setKey(event.currentTarget.value);
          }}
          error={problem}
          autoFocus
          autoComplete="current-password"
          spellCheck={false}
          visibilityToggleButtonProps={{ "aria-label": "Show the key", tabIndex: 0 }}
        />
        <Button type="submit" size="md" fullWidth loading={busy}>
          Sign in
        </Button>
        {oidc === null || oidc === undefined ? null : (
          <>
            <p className="or dim">or</p>
            <Button
              component="a"
              href={`${oidc.url}?${new URLSearchParams({ return_to: returnTo })}`}
              variant="default"
              size="md"
              fullWidth
            >
              {oidc.label}
            </Button>
          </>
        )}
        <p className="dim">
          No key yet? The gateway printed one when it first started; others stand in its configuration under{" "}
          <span className="mono">apiKeys</span>.
        </p>
      </form>
    </main>
  );
}
