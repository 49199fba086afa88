import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { mayBeAsked } from "../proposals/may-be-asked.ts";

/** What a volume waits for a person with. */
export interface WaitingWork {
  readonly projectId: string;
  readonly projectName: string;
  readonly volumeId: string;
  readonly volumeName: string;
  /** Proposals that nobody has judged. */
  readonly questions: number;
  /** Nuclei that a second person is asked about, as last counted; those of this person's own making among them. */
  readonly toReview: number;
  /** Sent back, and this person had a hand in them. */
  readonly sentBack: number;
}

const MOST_VOLUMES = 200;

/** Of all projects in which the person labels, volumes where nothing waits left out; the fullest first. */
export async function waitingWork(db: Database, userId: string): Promise<WaitingWork[]> {
  const { rows } = await db.execute<Record<keyof WaitingWork, string>>(sql`
    with own as (
      select v.id, v.name, v.project_id from volume v
      join project_member m on m.project_id = v.project_id and m.user_id = ${userId} and m.role <> 'viewer'
      join project of on of.id = v.project_id and of.desk_of is null
      where v.state = 'ready'),
    asked as (
      select p.volume_id, count(*) as questions from proposal p join own on own.id = p.volume_id
      where ${mayBeAsked} group by p.volume_id),
    returned as (
      select r.volume_id, count(*) as sent_back from nucleus_review r join own on own.id = r.volume_id
      where r.verdict = 'sent-back' and exists (
        select 1 from nucleus_author a where a.volume_id = r.volume_id and a.label = r.label and a.user_id = ${userId})
      group by r.volume_id)
    select own.project_id as "projectId", project.name as "projectName", own.id as "volumeId", own.name as "volumeName",
      coalesce(asked.questions, 0) as questions, coalesce(c.to_review, 0) as "toReview",
      least(coalesce(returned.sent_back, 0), coalesce(c.sent_back, 0)) as "sentBack"
    from own join project on project.id = own.project_id
    left join asked on asked.volume_id = own.id
    left join returned on returned.volume_id = own.id
    left join nucleus_count c on c.volume_id = own.id
    where coalesce(asked.questions, 0) + coalesce(c.to_review, 0) + coalesce(returned.sent_back, 0) > 0
    order by coalesce(returned.sent_back, 0) desc, coalesce(c.to_review, 0) desc, coalesce(asked.questions, 0) desc, own.id
    limit ${MOST_VOLUMES}`);
  return rows
    .map((row) => ({
      ...row,
      questions: Number(row.questions),
      toReview: Number(row.toReview),
      sentBack: Number(row.sentBack),
    }))
    .filter(({ questions, toReview, sentBack }) => questions + toReview + sentBack > 0);
}
