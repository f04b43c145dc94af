/** What a page shows when it has nothing to show: loading, empty, refused, unreachable, broken. */
import { Button, Skeleton } from "@mantine/core";
import { IconCloudOff, IconLock, IconMoodEmpty, IconPlugConnectedX, IconRoute } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../api/client.ts";
import { PageFrame } from "./page.tsx";

/** Rows to come. */
export function Loading({ rows = 8 }: { readonly rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="loading">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={18} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}

/** A quiet message in the middle. */
export function Blank({
  icon,
  title,
  children,
  action,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="blank">
      <div className="blank-icon" aria-hidden="true">
        {icon ?? <IconMoodEmpty stroke={1.4} />}
      </div>
      <h2>{title}</h2>
      {children === undefined ? null : <div className="soft">{children}</div>}
      {action}
    </div>
  );
}

/** A page that does not exist. */
export function NotFound() {
  return (
    <PageFrame title="There is no such page">
      <p>
        <Link to="/">Go to the overview</Link>
      </p>
    </PageFrame>
  );
}

/** An error, by what the person can do about it. */
export function Trouble({ error, again }: { readonly error: Error; readonly again?: () => void }) {
  const repeat =
    again === undefined ? undefined : (
      <Button variant="default" onClick={again}>
        Try again
      </Button>
    );
  if (error instanceof ApiError && error.code === "OFFLINE")
    return (
      <div role="alert">
        <Blank icon={<IconCloudOff stroke={1.4} />} title="The gateway cannot be reached" action={repeat}>
          Operations go on without this page. It reads again as soon as there is a connection.
        </Blank>
      </div>
    );
  if (error instanceof ApiError && error.code === "FORBIDDEN")
    return (
      <Blank icon={<IconLock stroke={1.4} />} title="Your key does not allow this">
        {error.message}. Ask whoever made your key for another role.
      </Blank>
    );
  if (error instanceof ApiError && error.code === "NOT_FOUND")
    return (
      <Blank icon={<IconRoute stroke={1.4} />} title="There is no such thing here">
        {error.message}.
      </Blank>
    );
  return (
    <div role="alert">
      <Blank icon={<IconPlugConnectedX stroke={1.4} />} title="That did not work" action={repeat}>
        {error.message}
        {error instanceof ApiError && error.requestId !== null ? (
          <p className="dim">
            Request <span className="mono">{error.requestId}</span>
          </p>
        ) : null}
      </Blank>
    </div>
  );
}
