/** The frame of one page: its title (also the window's), what stands beside it, and the content. */
import { useEffect } from "react";
import type { ReactNode } from "react";

/** A page. Titles name no person and no number. */
export function PageFrame({
  title,
  lead,
  side,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly side?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Landline`;
  }, [title]);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead === undefined ? null : <p className="soft">{lead}</p>}
        </div>
        {side === undefined ? null : <div className="page-side">{side}</div>}
      </header>
      {children}
    </>
  );
}
