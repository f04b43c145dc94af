/** Search and commands: an operation by id, a number, a reference; a place; a way to look. */
import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, createSpotlight } from "@mantine/spotlight";
import {
  IconAddressBook,
  IconArrowRight,
  IconHash,
  IconMoon,
  IconPhone,
  IconSearch,
  IconSun,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { operationQuery } from "../api/queries.ts";
import { deskVerbs, verbs } from "../api/verbs.ts";
import { readQuery } from "../filters.ts";
import { permissionOf, useMay } from "../permissions.ts";
import { availability, verbWords } from "../words.ts";

const [store, spotlight] = createSpotlight();

interface Choice {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  readonly icon: ReactNode;
  readonly run: () => void;
}

/** The palette, open. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  const may = useMay();
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    spotlight.open();
  }, []);
  const go = (id: string, label: string, run: () => void, note?: string): Choice => ({
    id,
    label,
    run,
    icon: <IconArrowRight size={16} aria-hidden="true" />,
    ...(note === undefined ? {} : { note }),
  });
  const commands: readonly Choice[] = [
    ...useVerbChoices(go),
    ...(may("overview")
      ? [
          go("overview", "Overview", () => void navigate({ to: "/" })),
          go("review", "Review", () => void navigate({ to: "/review" })),
          go("doubt", "Review: in doubt", () => void navigate({ to: "/review", search: { parked_reason: "doubt" } })),
          go("accounts", "Accounts", () => void navigate({ to: "/accounts" })),
        ]
      : []),
    go("operations", "All operations", () => void navigate({ to: "/operations" })),
    ...(may("administer") ? [go("bulk", "Bulk work", () => void navigate({ to: "/bulk" }))] : []),
    go("settings", "Settings", () => void navigate({ to: "/settings" })),
    ...(may("administer") ? [go("keys", "People and keys", () => void navigate({ to: "/settings/keys" }))] : []),
    {
      id: "light",
      label: "Light colours",
      icon: <IconSun size={16} aria-hidden="true" />,
      run: () => {
        setColorScheme("light");
      },
    },
    {
      id: "dark",
      label: "Dark colours",
      icon: <IconMoon size={16} aria-hidden="true" />,
      run: () => {
        setColorScheme("dark");
      },
    },
  ];
  const wanted = typed.trim().toLowerCase();
  const matching = commands.filter(({ label }) => label.toLowerCase().includes(wanted));
  const choices = [...searches(typed, navigate), ...matching];
  return (
    <Spotlight.Root
      store={store}
      query={typed}
      onQueryChange={setTyped}
      onSpotlightClose={onClose}
      shortcut={null}
      attributes={{ content: { "aria-label": "Search or go to" } }}
      scrollable
      maxHeight={420}
      size={560}
    >
      <Spotlight.Search
        placeholder="Operation id, number, reference, or a place"
        aria-label="Search or go to"
        leftSection={<IconSearch size={17} aria-hidden="true" />}
      />
      <Spotlight.ActionsList>
        {choices.length === 0 ? <Spotlight.Empty>Nothing of that name</Spotlight.Empty> : null}
        {choices.map(({ id, label, note, icon, run }) => (
          <Spotlight.Action key={id} label={label} description={note ?? ""} leftSection={icon} onClick={run} />
        ))}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** What can be done with the operation whose page is open. */
function useVerbChoices(go: (id: string, label: string, run: () => void, note?: string) => Choice): readonly Choice[] {
  const navigate = useNavigate();
  const may = useMay();
  const { id } = useParams({ strict: false });
  const shown = useRouterState({ select: ({ location }) => location.pathname.startsWith("/operations/") });
  const { data: operation } = useQuery({ ...operationQuery(id ?? ""), enabled: false });
  if (!shown || id === undefined || operation === undefined) return [];
  return [...verbs, ...deskVerbs].flatMap((verb) =>
    availability(verb, operation) === true && may(permissionOf(verb))
      ? [
          go(
            verb,
            `${verbWords[verb].label} this operation`,
            () => void navigate({ to: "/operations/$id", params: { id }, search: { do: verb } }),
            verbWords[verb].does,
          ),
        ]
      : [],
  );
}

/** Ways to look for what was typed. */
function searches(typed: string, navigate: ReturnType<typeof useNavigate>): readonly Choice[] {
  const query = readQuery(typed);
  if (query === null) return [];
  const { type, value } = query;
  if (type === "id")
    return [
      {
        id: "open",
        label: `Open ${value}`,
        icon: <IconHash size={16} aria-hidden="true" />,
        run: () => void navigate({ to: "/operations/$id", params: { id: value } }),
      },
    ];
  if (type === "person")
    return [
      {
        id: "number",
        label: `Everything sent to ${value}`,
        note: "Stays out of the address",
        icon: <IconPhone size={16} aria-hidden="true" />,
        run: () => void navigate({ to: "/operations", search: {}, state: { to: value } }),
      },
    ];
  return [
    {
      id: "reference",
      label: `Operations with the reference “${value}”`,
      icon: <IconAddressBook size={16} aria-hidden="true" />,
      run: () => void navigate({ to: "/operations", search: { reference: value } }),
    },
    {
      id: "text",
      label: `Operations where something begins with “${value}”`,
      note: "Id, reference, recipient, idempotency key, provider's id",
      icon: <IconSearch size={16} aria-hidden="true" />,
      run: () => void navigate({ to: "/operations", search: { q: value } }),
    },
  ];
}
