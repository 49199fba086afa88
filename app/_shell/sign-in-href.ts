/** Where to sign in, remembering where the person wanted to go. What stands behind a `#` stays there: it may be a token. */
export function signInHref(wanted: string): string {
  const [path, hash] = wanted.split("#");
  return `/sign-in${path === "/" ? "" : `?next=${encodeURIComponent(path)}`}${hash ? `#${hash}` : ""}`;
}

/** Only a path of this site: an address with a host would let a link send people elsewhere after signing in. */
export const safeNext = (next: string | null): string =>
  next && /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : "/projects";
