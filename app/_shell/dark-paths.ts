/** The editor is dark whatever the system says: people judge faint signals there. */
export const isDarkPath = (pathname: string | null): boolean => pathname?.startsWith("/volumes/") ?? false;
