/** What everything stands in: theme, cache, session. Without a session there is the sign-in page and nothing else. */
import { MantineProvider, localStorageColorSchemeManager } from "@mantine/core";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError, onSignedOut, rememberCsrfToken } from "./api/client.ts";
import { sessionQuery } from "./api/queries.ts";
import { SignInPage } from "./pages/sign-in.tsx";
import { Trouble } from "./parts/states.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { SessionContext } from "./permissions.ts";
import { makeRouter } from "./router.tsx";
import { schemeKey, theme, variables } from "./theme.ts";

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one; only what may pass is asked again.
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
      retryDelay: (failures) => 500 * 2 ** failures,
    },
  },
});
const router = makeRouter(queryClient);
const schemes = localStorageColorSchemeManager({ key: schemeKey });

/** The console. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queryClient}>
        <Gate />
      </QueryClientProvider>
      <Toasts />
    </MantineProvider>
  );
}

function Gate() {
  const { data: session, error, isPending, refetch } = useQuery(sessionQuery);
  useEffect(() => {
    onSignedOut(() => {
      rememberCsrfToken(null);
      queryClient.setQueryData(sessionQuery.queryKey, null);
    });
  }, []);
  if (isPending) return <p className="visually-hidden">Loading</p>;
  if (error !== null)
    return (
      <main className="alone">
        <Trouble error={error} again={() => void refetch()} />
      </main>
    );
  if (session === null) return <SignInPage />;
  return (
    <SessionContext value={session}>
      <RouterProvider router={router} />
    </SessionContext>
  );
}
