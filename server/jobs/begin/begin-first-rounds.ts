import { sql } from "drizzle-orm";
import { isProblem } from "../../../core/problem.ts";
import type { Services } from "../../services.ts";
import { requestTraining } from "../request-training.ts";
import { hasTrainer } from "./has-trainer.ts";

/** A minute on five labelled nuclei is worth the wait; fewer say too little of how people outline here. */
export const FIRST_ROUND_NUCLEI = 5;

interface FirstRounds {
  /** Projects that could not be trained with so many nuclei: not tried again before there are others. */
  readonly refusedAt: Map<string, number>;
  /** Freezing may take longer than until the next look: that one waits for it, and freezes nothing twice. */
  running: Promise<void> | null;
}

const ofServices = new WeakMap<Services, FirstRounds>();

/**
 * Starts the first training of each project that begins by itself, as soon as it has enough nuclei. By the counts that are
 * written down; it opens no volume.
 */
export function beginFirstRounds(services: Services): Promise<void> {
  const rounds = ofServices.get(services) ?? { refusedAt: new Map(), running: null };
  ofServices.set(services, rounds);
  rounds.running ??= begin(services, rounds.refusedAt).finally(() => {
    rounds.running = null;
  });
  return rounds.running;
}

async function begin(services: Services, refusedAt: Map<string, number>): Promise<void> {
  const { rows } = await services.db.execute<{ id: string; nuclei: number }>(sql`
    select p.id, sum(case when p.train_approved_only then c.trainable_approved else c.trainable end)::int as nuclei
    from project p
    join volume v on v.project_id = p.id and v.state = 'ready' and not v.kept_out
    join nucleus_count c on c.volume_id = v.id
    where p.auto_begin and not exists (select 1 from training_job j where j.project_id = p.id and j.kind = 'train')
    group by p.id
    having sum(case when p.train_approved_only then c.trainable_approved else c.trainable end) >= ${FIRST_ROUND_NUCLEI}`);
  for (const { id: projectId, nuclei } of rows) {
    if (refusedAt.get(projectId) === nuclei || !(await hasTrainer(services, projectId))) continue;
    try {
      await requestTraining(services, { projectId, createdBy: null, automatic: true });
    } catch (error) {
      // Somebody was faster, or those nuclei lie where nothing is trained on.
      if (!isProblem(error)) throw error;
      refusedAt.set(projectId, nuclei);
    }
  }
}
