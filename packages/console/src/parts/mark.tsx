/** The name with its line. */

/** Landline's mark. */
export function Mark() {
  return (
    <span className="mark">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M6 20h5l3-9 4 13 3-8 1.2 4H26" />
      </svg>
      Landline
    </span>
  );
}
