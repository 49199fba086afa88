import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";

/**
 * A computer's clock can be set, by days. What measures a duration (a time-out, a rate, an idle time, a pause) takes
 * `performance.now()`; a Date is a point in time that is shown, stored, or compared with a stored one.
 */
const pointsInTime: Readonly<Record<string, string>> = {
  "app/_collab/open-label-document.ts": "when an edit was refused, kept with it",
  "app/account/tokens-section.tsx": "compared with the stored end of a token, and shown",
  "app/_collab/tab-lock.ts": "part of a tab's name",
  "app/projects/[projectId]/dashboard/project-dashboard.tsx": "compared with stored days, and shown",
  "app/projects/[projectId]/people/invitations.tsx": "compared with the stored end of an invitation",
  "app/volumes/[volumeId]/_editor/volume-history.tsx": "compared with stored moments, and shown",
  "components/tasks/task-words.ts": "the day that it is, compared with a stored one",
  "components/editor/panel/nucleus-words.ts": "shown: how long ago something was changed",
  "components/editor/own-work/own-new-nuclei.ts": "shown: when a nucleus was painted",
  "components/editor/tour/tour-offer.tsx": "stored",
  "server/routers/volume/mark-done.ts": "stored",
  "app/_collab/download-edits.ts": "written into a file",
  "server/audit/prune-audit-log.ts": "compared with what is stored",
  "server/auth/one-time-link.ts": "stored, and compared with what is stored",
  "server/auth/password-account.ts": "stored",
  "server/auth/personal-token.ts": "stored, and compared with what is stored",
  "server/auth/second-factor/passkeys.ts": "stored",
  "server/auth/second-factor/totp-code.ts": "the time of day that a code is made of",
  "server/auth/sessions/confirmed-session.ts": "compared with what is stored",
  "server/auth/sessions/sessions.ts": "stored, and compared with what is stored",
  "server/auth/testing/phone.ts": "the time of day that a code is made of",
  "server/auth/testing/test-provider.ts": "written into a token",
  "server/auth/trainer-token.ts": "stored",
  "server/backup/write-backup.ts": "written into a backup",
  "server/cli/backup/backup.ts": "part of a file's name",
  "server/collab/base/compactor.ts": "stored, and compared with what is stored",
  "server/collab/journal/postgres-room-store.ts": "compared with what is stored",
  "server/collab/live/live-volume.ts": "who touched a label last, shown",
  "server/collab/nuclei/nucleus-count.ts": "stored",
  "server/collab/testing/collab-client.ts": "when an edit was refused, kept with it",
  "server/comments/write-comments.ts": "stored",
  "server/doctor/check-blobs.ts": "compared with another machine's time of day",
  "server/doctor/check-database.ts": "compared with another machine's time of day",
  "server/doctor/examine.ts": "compared with a certificate's end and the ages of files",
  "server/http/files/audit-log.ts": "part of a file's name",
  "server/http/files/exports.ts": "written into an archive",
  "server/imports/clean-up.ts": "the age of a folder, on the disk",
  "server/jobs/end-job.ts": "stored",
  "server/jobs/finish-training.ts": "stored",
  "server/jobs/request-prediction.ts": "stored",
  "server/log/log.ts": "written into the log",
  "server/pages/page-build.ts": "the age of a folder, on the disk",
  "server/projects/invitation.ts": "stored, and compared with what is stored",
  "server/reviews/judge-nucleus.ts": "stored",
  "server/routers/account/own-account.ts": "stored",
  "server/routers/account/settings.ts": "stored",
  "server/routers/dashboard/course-of-project.ts": "compared with stored days",
  "server/routers/installation/people.ts": "stored",
  "server/routers/installation/trainer-tokens.ts": "stored",
  "server/routers/invitation.ts": "stored",
  "server/security/cast.ts": "stored",
  "server/servers/internal-signature.ts": "written into a request, and compared with another machine's time of day",
  "server/snapshots/freeze-project.ts": "stored",
  "server/storage/usage/sum-by-project.ts": "when something was measured, shown",
  "server/studies/study-acts.ts": "stored",
  "server/tasks/task-acts.ts": "stored",
  "server/testing/seed-training.ts": "stored",
  "server/testing/self-signed-certificate.ts": "from when to when a certificate holds",
  "server/testing/test-server.ts": "stored",
  "server/webhooks/delivery-queue.ts": "written into a message",
  "server/webhooks/webhooks.ts": "written into a message",
  "server/zenodo/ask-zenodo.ts": "compared with a time of day that another machine names",
  "server/zenodo/run-deposit.ts": "stored, and written into a record",
};

const PROJECT = path.join(import.meta.dirname, "..");
const FOLDERS = ["core", "server", "components", "app"];

async function sources(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of FOLDERS)
    for (const entry of await readdir(path.join(PROJECT, folder), { recursive: true, withFileTypes: true })) {
      const file = path.relative(PROJECT, path.join(entry.parentPath, entry.name));
      if (entry.isFile() && /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file)) found.push(file);
    }
  return found;
}

it("durations are measured by the clock that never goes back", async () => {
  const files = await sources();
  expect(files.length).toBeGreaterThan(300);
  const wrong: string[] = [];
  for (const file of files) {
    if (file in pointsInTime) continue;
    const lines = (await readFile(path.join(PROJECT, file), "utf8")).split("\n");
    lines.forEach((line, i) => {
      if (/\bDate\.now\b|\bnew Date\(\)/.test(line)) wrong.push(`${file}:${i + 1} ${line.trim()}`);
    });
  }
  expect(
    wrong,
    "performance.now() for durations; a point in time belongs into the list above, with its reason",
  ).toEqual([]);
});
