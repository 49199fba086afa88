/** Where to sign in, remembering where the person wanted to go. */
export const signInHref = (wanted: string): string =>
  wanted === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(wanted)}`;

/** Only a path of this site: an address with a host would let a link send people elsewhere after signing in. */
export const safeNext = (next: string | null): string =>
  next && /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : "/projects";
