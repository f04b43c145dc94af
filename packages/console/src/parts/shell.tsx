/** The frame around every page: places to go, the search, the state of the connection. */
import { Kbd, UnstyledButton } from "@mantine/core";
import {
  IconActivity,
  IconAdjustments,
  IconInbox,
  IconListDetails,
  IconPlug,
  IconSearch,
  IconStack2,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { Suspense, lazy, useEffect, useRef, useState } from "react";
import { groupsQuery } from "../api/queries.ts";
import { useFocusKeeper } from "../focus.ts";
import { shortCount } from "../format.ts";
import { useKeys } from "../keys.ts";
import { openLive, useLive, useLiveStatus } from "../live.ts";
import { useMay, useSession } from "../permissions.ts";
import { Mark } from "./mark.tsx";
import { Offline } from "./offline.tsx";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));
const KeyHelp = lazy(async () => ({ default: (await import("./key-help.tsx")).KeyHelp }));

const places = [
  { to: "/", label: "Overview", key: "o", icon: IconActivity, needs: "overview" },
  { to: "/review", label: "Review", key: "r", icon: IconInbox, needs: "overview" },
  { to: "/operations", label: "Operations", key: "a", icon: IconListDetails, needs: null },
  { to: "/bulk", label: "Bulk", key: "b", icon: IconStack2, needs: "administer" },
  { to: "/accounts", label: "Accounts", key: "c", icon: IconPlug, needs: "overview" },
  { to: "/settings", label: "Settings", key: "s", icon: IconAdjustments, needs: null },
] as const;

/** The frame. */
export function Shell() {
  const may = useMay();
  const navigate = useNavigate();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const shown = places.filter(({ needs }) => needs === null || may(needs));
  useLiveReading(may("overview"));
  useFocusKeeper();
  useKeys({
    "/": () => {
      setPalette(true);
    },
    "?": () => {
      setHelp(true);
    },
    ...Object.fromEntries(shown.map(({ to, key }) => [`g ${key}`, () => void navigate({ to })])),
  });
  useEffect(() => {
    const open = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPalette(true);
    };
    addEventListener("keydown", open);
    return () => {
      removeEventListener("keydown", open);
    };
  }, []);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <nav aria-label="Pages" className="side">
        <Link to="/" className="side-mark">
          <Mark />
        </Link>
        <UnstyledButton
          className="search-button"
          aria-label="Search or go to"
          onClick={() => {
            setPalette(true);
          }}
        >
          <IconSearch size={15} aria-hidden="true" />
          <span>Search</span>
          <Kbd size="xs">/</Kbd>
        </UnstyledButton>
        <div className="places">
          {shown.map(({ to, label, icon: Icon }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }} className="place">
              <Icon size={17} stroke={1.6} aria-hidden="true" />
              <span>{label}</span>
              {to === "/review" ? <ParkedCount /> : null}
            </Link>
          ))}
        </div>
        <Person />
      </nav>
      {/* On a phone there is no room for it among the places. */}
      <UnstyledButton
        className="search-phone"
        aria-label="Search or go to"
        onClick={() => {
          setPalette(true);
        }}
      >
        <IconSearch size={19} aria-hidden="true" />
      </UnstyledButton>
      <Offline />
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        {palette ? (
          <Palette
            onClose={() => {
              setPalette(false);
            }}
          />
        ) : null}
        {help ? (
          <KeyHelp
            onClose={() => {
              setHelp(false);
            }}
          />
        ) : null}
      </Suspense>
    </div>
  );
}

/** How many wait for a person. */
function ParkedCount() {
  const { data } = useQuery(groupsQuery);
  const total = data?.reduce((sum, group) => sum + group.count, 0) ?? 0;
  if (total === 0) return null;
  return (
    <span className="place-count num">
      {shortCount(total)}
      <span className="visually-hidden"> waiting</span>
    </span>
  );
}

const statusWords = { connecting: "Connecting", live: "Live", broken: "Reconnecting" } as const;

/** Who is signed in, and whether this page hears of changes. */
function Person() {
  const { name, role } = useSession();
  const status = useLiveStatus();
  const may = useMay();
  return (
    <div className="person">
      <span className="person-name">{name}</span>
      <span className="dim">{role}</span>
      {may("overview") ? (
        <span
          className="pulse"
          data-status={status}
          role="status"
          title={status === "live" ? "Changes appear as they happen" : "Changes may be missing at the moment"}
        >
          {statusWords[status]}
        </span>
      ) : null}
    </div>
  );
}

/** Opens the stream and lets figures follow it, gently: many changes at once cost one reading. */
function useLiveReading(on: boolean): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => (on ? openLive() : undefined), [on]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  useLive(({ type }) => {
    if (type === "account.changed" || type.startsWith("incident."))
      void queries.invalidateQueries({ queryKey: ["accounts"] });
    // Lists say themselves that something may have been missed; they do not move.
    if (type === "reset")
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => !["operations", "session"].includes(String(queryKey[0])),
      });
    if (type !== "operation.changed" || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: ["groups"] });
      void queries.invalidateQueries({ queryKey: ["overview"] });
    }, 1_500);
  });
}
