import { TRPCError } from "@trpc/server";
import { hasRole, type Role } from "../../../core/roles.ts";

export const boxKinds = ["fully-labelled", "checked-empty", "validation"] as const;

export type BoxKind = (typeof boxKinds)[number];

/** Validation boxes decide which model is called better: only moderators set and remove them. */
export function requireRoleForKind(role: Role, kind: BoxKind): void {
  if (kind === "validation" && !hasRole(role, "reviewer"))
    throw new TRPCError({ code: "FORBIDDEN", message: "Validation boxes need the role reviewer." });
}
