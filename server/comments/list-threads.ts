import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Database } from "../../db/client.ts";
import { comment, commentThread, projectMember, user } from "../../db/schema/index.ts";

export const THREADS_AT_ONCE = 50;

export interface ListedComment {
  readonly id: string;
  readonly userId: string;
  readonly by: string;
  readonly text: string;
  readonly mentions: readonly string[];
  readonly createdAt: Date;
  readonly editedAt: Date | null;
}

export interface ListedThread {
  readonly id: string;
  readonly placeZyx: Zyx;
  readonly label: number | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly comments: readonly ListedComment[];
}

interface Wanted {
  readonly projectId: string;
  readonly volumeId: string;
  readonly isResolved: boolean;
  /** Of the oldest thread that the page has. */
  readonly before: Date | null;
}

/** Threads, the newest first, each with all that was said in it. */
export async function listThreads(
  db: Database,
  { projectId, volumeId, isResolved, before }: Wanted,
): Promise<ListedThread[]> {
  const threads = await db
    .select()
    .from(commentThread)
    .where(
      and(
        eq(commentThread.volumeId, volumeId),
        isResolved ? isNotNull(commentThread.resolvedAt) : isNull(commentThread.resolvedAt),
        before ? lt(commentThread.createdAt, before) : undefined,
      ),
    )
    .orderBy(desc(commentThread.createdAt))
    .limit(THREADS_AT_ONCE);
  if (threads.length === 0) return [];
  const said = await db
    .select({
      id: comment.id,
      threadId: comment.threadId,
      userId: comment.userId,
      by: nameInProject(projectId),
      text: comment.text,
      mentions: comment.mentions,
      createdAt: comment.createdAt,
      editedAt: comment.editedAt,
    })
    .from(comment)
    .innerJoin(user, eq(user.id, comment.userId))
    .where(
      inArray(
        comment.threadId,
        threads.map(({ id }) => id),
      ),
    )
    .orderBy(asc(comment.createdAt), asc(comment.id));
  const resolvers = new Map(
    (
      await db
        .select({ id: user.id, name: nameInProject(projectId) })
        .from(user)
        .where(
          inArray(
            user.id,
            threads.flatMap(({ resolvedBy }) => resolvedBy ?? []),
          ),
        )
    ).map(({ id, name }) => [id, name]),
  );
  return threads.map(({ volumeId: _volumeId, resolvedBy, ...thread }) => ({
    ...thread,
    resolvedBy: resolvedBy && (resolvers.get(resolvedBy) ?? null),
    comments: said.filter(({ threadId }) => threadId === thread.id).map(({ threadId: _threadId, ...one }) => one),
  }));
}

/** Whoever has left the project stays without a name, as in exports. */
const nameInProject = (projectId: string) =>
  sql<string>`case when exists (select 1 from ${projectMember} where ${projectMember.projectId} = ${projectId}
    and ${projectMember.userId} = ${user.id}) then ${user.name} else 'former member' end`;
