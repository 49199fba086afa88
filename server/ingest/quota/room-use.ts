import { eq, sql } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { project, upload, user, volume } from "../../../db/schema/index.ts";
import { readInstallationSettings } from "../../settings/installation-settings.ts";

export interface RoomOwner {
  readonly projectId: string;
  readonly userId: string;
}

/** Room that is in use, in bytes, of what an administrator allows; null = no bound. */
export interface RoomUse {
  readonly usedBytes: number;
  readonly quotaBytes: number | null;
}

export interface RoomsInUse {
  readonly person: RoomUse;
  readonly project: RoomUse;
}

/** Volumes as they lie in the store, and files on their way in as long as they are going to be. */
export async function readRoomUse(db: Database | Transaction, { projectId, userId }: RoomOwner): Promise<RoomsInUse> {
  const { personQuotaGb, projectQuotaGb } = await readInstallationSettings(db);
  const stored = sql<string>`coalesce(sum(${volume.storedBytes}), 0)`;
  const arriving = sql<string>`coalesce(sum(${upload.sizeBytes}), 0)`;
  const [[ofPerson], [toPerson], [ofProject], [toProject]] = [
    await db.select({ bytes: stored }).from(volume).where(eq(volume.createdBy, userId)),
    await db.select({ bytes: arriving }).from(upload).where(eq(upload.userId, userId)),
    await db.select({ bytes: stored }).from(volume).where(eq(volume.projectId, projectId)),
    await db.select({ bytes: arriving }).from(upload).where(eq(upload.projectId, projectId)),
  ];
  const bytesOf = (quotaGb: number | null) => (quotaGb === null ? null : quotaGb * 1e9);
  return {
    person: { usedBytes: Number(ofPerson.bytes) + Number(toPerson.bytes), quotaBytes: bytesOf(personQuotaGb) },
    project: { usedBytes: Number(ofProject.bytes) + Number(toProject.bytes), quotaBytes: bytesOf(projectQuotaGb) },
  };
}

/** Refuses with the Problem `quota-exceeded` what neither the person nor the project has room for. */
export async function assertWithinQuotas(
  db: Database | Transaction,
  owner: RoomOwner,
  neededBytes: number,
  what: string,
): Promise<void> {
  const rooms = await readRoomUse(db, owner);
  for (const whose of ["person", "project"] as const) {
    const { usedBytes, quotaBytes } = rooms[whose];
    if (quotaBytes !== null && usedBytes + neededBytes > quotaBytes)
      throw await quotaProblem(db, owner, whose, rooms[whose], neededBytes, what);
  }
}

/** The tighter of both bounds: how much may still be stored, and what is said beyond it; null = no bound. */
export async function roomLeft(
  db: Database | Transaction,
  owner: RoomOwner,
  ownBytes: number,
): Promise<{ bytes: number; problem: Problem } | null> {
  const rooms = await readRoomUse(db, owner);
  const left = (["person", "project"] as const).flatMap((whose) => {
    const { usedBytes, quotaBytes } = rooms[whose];
    return quotaBytes === null ? [] : [{ whose, bytes: Math.max(0, quotaBytes - usedBytes + ownBytes) }];
  });
  const [tightest] = left.sort((a, b) => a.bytes - b.bytes);
  if (!tightest) return null;
  const { whose, bytes } = tightest;
  const problem = await quotaProblem(db, owner, whose, rooms[whose], null, "The volume");
  return { bytes, problem };
}

const size = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toPrecision(3)} GB` : `${Math.ceil(bytes / 1e6)} MB`;

async function quotaProblem(
  db: Database | Transaction,
  { projectId }: RoomOwner,
  whose: keyof RoomsInUse,
  { usedBytes, quotaBytes }: RoomUse,
  neededBytes: number | null,
  what: string,
): Promise<Problem> {
  const [named] = await db.select({ name: project.name }).from(project).where(eq(project.id, projectId));
  const administrators = await db.select({ name: user.name }).from(user).where(eq(user.isAdministrator, true)).limit(3);
  const owner = whose === "person" ? "You have" : `The project “${named?.name ?? ""}” has`;
  const needs = neededBytes === null ? `${what} needs more than that` : `${what} needs ${size(neededBytes)}`;
  return new Problem({
    tag: "quota-exceeded",
    what: `${owner} room for ${size(quotaBytes ?? 0)} on this server, of which ${size(usedBytes)} are in use. ${needs}.`,
    where: whose === "person" ? "your room" : "room of the project",
    hint: `Delete volumes that nobody needs, or ask ${administrators.map(({ name }) => name).join(" or ") || "an administrator of this server"} for more.`,
  });
}
