import type { Role } from "../../core/roles.ts";

/** What a role may do, for people who choose one. */
export const roleWords: Readonly<Record<Role, string>> = {
  viewer: "looks at everything, changes nothing",
  annotator: "paints, accepts and corrects",
  reviewer: "also imports volumes, decides what is kept for validation and which model proposes",
  owner: "also invites people and sets up the project",
};
