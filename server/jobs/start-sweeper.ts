import { failureLog } from "../log/failure-log.ts";
import { forgetOldNotifications } from "../notifications/read-notifications.ts";
import { sweepClaims } from "../proposals/sweep-claims.ts";
import { sweepReviewClaims } from "../reviews/review-claims.ts";
import type { Services } from "../services.ts";
import { sweepSnapshots } from "../snapshots/sweep-snapshots.ts";
import { endWritingOfTheGone, removeScheduledBlobs } from "../storage/blob-removal.ts";
import { beginFirstRounds } from "./begin/begin-first-rounds.ts";
import { sweepPlans } from "./shared-blocks/drop-plans.ts";
import { sweepJobs } from "./sweep-jobs.ts";

const EVERY_MS = 10_000;
const SNAPSHOTS_EVERY_MS = 3600_000;

/** Looks regularly for jobs and claims whose holders went away. Returns how to stop it. */
export function startSweeper(services: Services): () => void {
  const timer = setInterval(() => {
    Promise.all([
      sweepJobs(services).then(() => sweepPlans(services)),
      beginFirstRounds(services),
      sweepClaims(services),
      sweepReviewClaims(services),
      services.cluster ? endWritingOfTheGone(services.db) : null,
      // What a backup held back, or a crash left.
      removeScheduledBlobs(services.db, services.blobs),
    ]).catch((error) => failureLog.failed("a sweep", error));
  }, EVERY_MS);
  timer.unref();
  const snapshots = setInterval(() => {
    sweepSnapshots(services).catch((error) => failureLog.failed("the removal of old snapshots", error));
    forgetOldNotifications(services.db).catch((error) => failureLog.failed("the removal of old notices", error));
  }, SNAPSHOTS_EVERY_MS);
  snapshots.unref();
  return () => {
    clearInterval(timer);
    clearInterval(snapshots);
  };
}
