import { and, asc, desc, eq, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Role } from "../../core/roles.ts";
import { compareTasks, type TaskStanding } from "../../core/tasks/task.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Database } from "../../db/client.ts";
import { project, projectMember, task, user, volume } from "../../db/schema/index.ts";

const OPEN_SHOWN = 500;
const DONE_SHOWN = 50;

export interface ListedTask extends TaskStanding {
  readonly id: string;
  readonly goal: string;
  readonly box: VoxelBox | null;
  readonly projectId: string;
  readonly projectName: string;
  readonly volumeId: string;
  readonly volumeName: string;
  /** Of the reader, in its project. */
  readonly role: Role;
  readonly assignee: string | null;
  readonly givenBy: string;
  readonly createdAt: Date;
  readonly doneAt: Date | null;
  readonly doneBy: string | null;
}

const assignee = alias(user, "assignee");
const giver = alias(user, "giver");
const finisher = alias(user, "finisher");

/** All open ones and the last done ones, of projects that `userId` is a member of, in the order in which they are due. */
async function listTasks(db: Database, userId: string, which: SQL): Promise<ListedTask[]> {
  const query = (state: SQL) =>
    db
      .select({
        id: task.id,
        goal: task.goal,
        minZyx: task.minZyx,
        maxZyx: task.maxZyx,
        due: task.due,
        state: task.state,
        projectId: project.id,
        projectName: project.name,
        volumeId: volume.id,
        volumeName: volume.name,
        role: projectMember.role,
        assigneeId: task.assigneeId,
        assignee: assignee.name,
        givenBy: giver.name,
        createdAt: task.createdAt,
        doneAt: task.doneAt,
        doneBy: finisher.name,
      })
      .from(task)
      .innerJoin(volume, and(eq(volume.id, task.volumeId), ne(volume.state, "deleting")))
      .innerJoin(project, eq(project.id, volume.projectId))
      .innerJoin(projectMember, and(eq(projectMember.projectId, project.id), eq(projectMember.userId, userId)))
      .innerJoin(giver, eq(giver.id, task.createdBy))
      .leftJoin(assignee, eq(assignee.id, task.assigneeId))
      .leftJoin(finisher, eq(finisher.id, task.doneBy))
      .where(and(which, state));
  const open = await query(eq(task.state, "open")).orderBy(asc(task.due), asc(task.createdAt)).limit(OPEN_SHOWN);
  const done = await query(eq(task.state, "done")).orderBy(desc(task.doneAt)).limit(DONE_SHOWN);
  return [...open.sort(compareTasks), ...done].map(({ minZyx, maxZyx, ...row }) => ({
    ...row,
    box: minZyx && maxZyx && { minZyx, maxZyx },
  }));
}

export const tasksOfProject = (db: Database, userId: string, projectId: string): Promise<ListedTask[]> =>
  listTasks(db, userId, eq(project.id, projectId));

export const tasksOfVolume = (db: Database, userId: string, volumeId: string): Promise<ListedTask[]> =>
  listTasks(db, userId, eq(volume.id, volumeId));

/** Theirs, and those that nobody has and they could take. */
export const tasksOfPerson = (db: Database, userId: string): Promise<ListedTask[]> =>
  listTasks(
    db,
    userId,
    or(
      eq(task.assigneeId, userId),
      and(isNull(task.assigneeId), eq(task.state, "open"), ne(projectMember.role, "viewer")),
    ) ?? sql`false`,
  );
