import { and, eq, sql } from "drizzle-orm";
import { Problem } from "../core/problem.ts";
import type { Role } from "../core/roles.ts";
import type { Database } from "../db/client.ts";
import { project, projectMember, volume } from "../db/schema/index.ts";
import { readInstallationSettings } from "./settings/installation-settings.ts";

/** Who may call a route. Every procedure, route and socket names one; the access test walks through all of them. */
export type Access =
  | { readonly kind: "public" }
  | { readonly kind: "signed-in" }
  | { readonly kind: "administrator" }
  | { readonly kind: "project"; readonly role: Role }
  | { readonly kind: "volume"; readonly role: Role }
  /**
   * The token of a person's program, nothing else: below /api/v1. It is asked for the scope that `role` needs, and its person for the role
   * in the project or volume of the path; `person`: no project is named.
   */
  | { readonly kind: "token"; readonly of: "person" | "project" | "volume"; readonly role: Role }
  /** A trainer's own token: it claims jobs. */
  | { readonly kind: "trainer" }
  /** The token that a claim handed out: it opens the routes of that job (`:jobId` in the path) and no others. */
  | { readonly kind: "job" }
  /** The same for one block of a prediction (`:blockId` in the path). */
  | { readonly kind: "block" };

export interface Membership {
  readonly projectId: string;
  readonly role: Role;
  /** It is the desk of an annotator of a blind study, who labels there and does nothing else. */
  readonly isDesk: boolean;
}

const membershipFields = {
  projectId: projectMember.projectId,
  role: projectMember.role,
  isDesk: sql<boolean>`${project.deskOf} is not null`,
};

/** Mutations that are open at the desk of a blind study. All others are refused there: nothing is imported, trained, shared or given away. */
const openAtDesks: ReadonlySet<string> = new Set([
  "queue.next",
  "queue.keep",
  "queue.release",
  "queue.skip",
  "queue.decide",
  "queue.undoDecision",
  "study.sayDone",
]);

/** Whoever may look at all sees no more at a desk than the layer, so queries are open. */
export const isOpenAtDesks = (type: "query" | "mutation" | "subscription", path: string): boolean =>
  type !== "mutation" || openAtDesks.has(path);

/** Null for strangers, who must not learn whether the project exists. */
export async function membershipInProject(db: Database, userId: string, projectId: string): Promise<Membership | null> {
  const [row] = await db
    .select(membershipFields)
    .from(projectMember)
    .innerJoin(project, eq(project.id, projectMember.projectId))
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId)));
  return row ?? null;
}

export async function membershipForVolume(db: Database, userId: string, volumeId: string): Promise<Membership | null> {
  const [row] = await db
    .select(membershipFields)
    .from(volume)
    .innerJoin(project, eq(project.id, volume.projectId))
    .innerJoin(projectMember, eq(projectMember.projectId, volume.projectId))
    .where(and(eq(volume.id, volumeId), eq(projectMember.userId, userId)));
  return row ?? null;
}

/** Why an administrator may not act as one, or null. Not asked of others. */
export async function administratorProblem(
  db: Database,
  user: { readonly twoFactors: boolean },
): Promise<Problem | null> {
  if (user.twoFactors || !(await readInstallationSettings(db)).administratorsNeedTwoFactor) return null;
  return new Problem({
    tag: "second-factor-needed",
    what: "Administrators need a second factor here.",
    hint: "Set up an authenticator app or a passkey on the page of your account, and sign in with it.",
  });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** PostgreSQL raises an error on a malformed uuid: ask before querying with one from a URL. */
export const isUuid = (text: string): boolean => UUID.test(text);
