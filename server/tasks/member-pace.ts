import { eq, sql } from "drizzle-orm";
import type { CalendarDay } from "../../core/tasks/task.ts";
import type { Database } from "../../db/client.ts";
import { project } from "../../db/schema/index.ts";

const PACE_DAYS = 30;
/** A longer pause between two answers is not work on them. */
const LONGEST_GAP_SECONDS = 30;

/** How much lies on a member, and how fast they answer. */
export interface MemberPace {
  readonly userId: string;
  readonly name: string;
  readonly openTasks: number;
  readonly lateTasks: number;
  /** Of the last thirty days, as the two below. */
  readonly doneTasks: number;
  readonly answers: number;
  /** Seconds of work per answer, pauses above half a minute left out; null below ten such gaps: one fast minute is no pace. */
  readonly secondsPerAnswer: number | null;
}

const FEWEST_GAPS = 10;

/** Null where the project does not show it: then nobody is told, owners neither. */
export async function memberPace(db: Database, projectId: string, today: CalendarDay): Promise<MemberPace[] | null> {
  const [row] = await db.select({ showsPace: project.showsPace }).from(project).where(eq(project.id, projectId));
  if (!row?.showsPace) return null;
  const { rows } = await db.execute<Record<keyof MemberPace | "gaps", string | null>>(sql`
    with member as (
      select m.user_id, u.name from project_member m join "user" u on u.id = m.user_id
      where m.project_id = ${projectId} and m.role <> 'viewer'),
    load as (
      select t.assignee_id,
        count(*) filter (where t.state = 'open') as open,
        count(*) filter (where t.state = 'open' and t.due < ${today}::date) as late,
        count(*) filter (where t.state = 'done' and t.done_at > now() - make_interval(days => ${PACE_DAYS})) as done
      from task t join volume v on v.id = t.volume_id where v.project_id = ${projectId} group by t.assignee_id),
    answer as (
      select user_id, extract(epoch from created_at - lag(created_at) over (partition by user_id order by created_at)) as gap
      from decision where project_id = ${projectId} and kind in ('accepted', 'corrected', 'rejected')
        and created_at > now() - make_interval(days => ${PACE_DAYS})),
    pace as (
      select user_id, count(*) as answers, count(*) filter (where gap <= ${LONGEST_GAP_SECONDS}) as gaps,
        avg(gap) filter (where gap <= ${LONGEST_GAP_SECONDS}) as seconds
      from answer group by user_id)
    select member.user_id as "userId", member.name, load.open as "openTasks", load.late as "lateTasks",
      load.done as "doneTasks", pace.answers, pace.gaps, pace.seconds as "secondsPerAnswer"
    from member left join load on load.assignee_id = member.user_id left join pace on pace.user_id = member.user_id
    order by lower(member.name), member.user_id`);
  return rows.map((one) => ({
    userId: String(one.userId),
    name: String(one.name),
    openTasks: Number(one.openTasks),
    lateTasks: Number(one.lateTasks),
    doneTasks: Number(one.doneTasks),
    answers: Number(one.answers),
    secondsPerAnswer: Number(one.gaps) >= FEWEST_GAPS ? Number(one.secondsPerAnswer) : null,
  }));
}
