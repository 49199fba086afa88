import type { Role } from "./roles.ts";

/** What a person's token may do, each more than the one before. It never does more than its person may. */
export const tokenScopes = ["read", "annotate", "manage"] as const;

export type TokenScope = (typeof tokenScopes)[number];

export const hasScope = (actual: TokenScope, needed: TokenScope): boolean =>
  tokenScopes.indexOf(actual) >= tokenScopes.indexOf(needed);

/** What needs this role of a person needs this scope of the person's token. */
export const scopeOfRole: Readonly<Record<Role, TokenScope>> = {
  viewer: "read",
  annotator: "annotate",
  reviewer: "manage",
  owner: "manage",
};

/** Unless the person says otherwise, and at most. */
export const TOKEN_DEFAULT_DAYS = 90;
export const TOKEN_MAX_DAYS = 366;
