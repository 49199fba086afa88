/** Roles of a person in a project, weakest first. Owners and reviewers are the moderators of the co-editing rules. */
export const roles = ["viewer", "annotator", "reviewer", "owner"] as const;

export type Role = (typeof roles)[number];

export const hasRole = (actual: Role | null | undefined, needed: Role): boolean =>
  actual != null && roles.indexOf(actual) >= roles.indexOf(needed);

export const isModerator = (role: Role): boolean => hasRole(role, "reviewer");
