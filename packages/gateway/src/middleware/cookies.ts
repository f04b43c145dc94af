/** Cookies: reading one, and writing one that scripts cannot read. */

/** One cookie's value, or null. */
export function cookieOf(header: string | null, name: string): string | null {
  if (header === null) return null;
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

/** A cookie. `Lax` only where it must come along when another site sends the browser here. */
export function cookie(
  name: string,
  value: string,
  rule: {
    readonly maxAgeMs: number;
    readonly secure: boolean;
    readonly path?: string;
    readonly sameSite?: "Strict" | "Lax";
  },
): string {
  const { maxAgeMs, secure, path = "/", sameSite = "Strict" } = rule;
  const age = Math.floor(maxAgeMs / 1000);
  return `${name}=${value}; Path=${path}; Max-Age=${age}; HttpOnly; SameSite=${sameSite}${secure ? "; Secure" : ""}`;
}

/** True when the browser reached us by TLS, here or at a proxy under our public name. */
export function isSecure(origin: string, publicUrl: string | null): boolean {
  if (origin.startsWith("https:")) return true;
  return publicUrl?.startsWith("https:") === true && new URL(publicUrl).host === origin.slice(origin.indexOf("//") + 2);
}
