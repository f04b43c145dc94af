/** Which roles may do what, as the gateway decides it. Here it only chooses what is worth showing. */
import { createContext, useContext } from "react";
import type { Session } from "./api/types.ts";
import type { Verb } from "./api/verbs.ts";

/** Something a role may do. */
export type Permission = "overview" | "review" | "cancel" | "reveal" | "administer";

const allowed: Readonly<Record<Session["role"], readonly Permission[]>> = {
  sender: ["cancel"],
  viewer: ["overview"],
  operator: ["overview", "review", "cancel", "reveal"],
  admin: ["overview", "review", "cancel", "reveal", "administer"],
};

/** What a role may do, in words. */
export const roleWords: Readonly<Record<Session["role"], string>> = {
  sender: "hands in operations and looks at its own",
  viewer: "looks at everything, with numbers and content hidden",
  operator: "decides what is in review, and may reveal",
  admin: "does everything, bulk work, accounts and keys too",
};

/** Who is signed in, for everything below the sign-in page. */
export const SessionContext = createContext<Session | null>(null);

/** Who is signed in. @throws outside of the signed-in part */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("nobody is signed in");
  return session;
}

/** Whether the person may. */
export function useMay(): (permission: Permission) => boolean {
  const { role } = useSession();
  return (permission) => allowed[role].includes(permission);
}

/** What a verb needs. */
export function permissionOf(verb: Verb): Permission {
  return verb === "cancel" ? "cancel" : "review";
}
