import { accountRouter } from "./routers/account/index.ts";
import { auditRouter } from "./routers/audit/index.ts";
import { boxRouter } from "./routers/box/index.ts";
import { checkpointRouter } from "./routers/checkpoint/index.ts";
import { commentRouter } from "./routers/comment/index.ts";
import { dashboardRouter } from "./routers/dashboard/index.ts";
import { eventRouter } from "./routers/event.ts";
import { exportRouter } from "./routers/export/index.ts";
import { historyRouter } from "./routers/history.ts";
import { installationRouter } from "./routers/installation/index.ts";
import { invitationRouter } from "./routers/invitation.ts";
import { learningCurveRouter } from "./routers/learning-curve/index.ts";
import { memberRouter } from "./routers/member.ts";
import { notificationRouter } from "./routers/notification/index.ts";
import { nucleusRouter } from "./routers/nucleus.ts";
import { nucleusClassRouter } from "./routers/nucleus-class.ts";
import { projectRouter } from "./routers/project.ts";
import { proposalRouter } from "./routers/proposal/index.ts";
import { publicationRouter } from "./routers/publication/index.ts";
import { queueRouter } from "./routers/queue/index.ts";
import { reviewRouter } from "./routers/review/index.ts";
import { studyRouter } from "./routers/study/index.ts";
import { taskRouter } from "./routers/task/index.ts";
import { trainingRouter } from "./routers/training/index.ts";
import { volumeRouter } from "./routers/volume/index.ts";
import { webhookRouter } from "./routers/webhook/index.ts";
import { zenodoRouter } from "./routers/zenodo/index.ts";
import { router } from "./trpc.ts";

/** The whole API by name. One noun, one router, one file or folder in routers/. */
export const appRouter = router({
  account: accountRouter,
  audit: auditRouter,
  box: boxRouter,
  comment: commentRouter,
  dashboard: dashboardRouter,
  event: eventRouter,
  export: exportRouter,
  history: historyRouter,
  installation: installationRouter,
  invitation: invitationRouter,
  member: memberRouter,
  notification: notificationRouter,
  nucleus: nucleusRouter,
  nucleusClass: nucleusClassRouter,
  project: projectRouter,
  checkpoint: checkpointRouter,
  learningCurve: learningCurveRouter,
  proposal: proposalRouter,
  publication: publicationRouter,
  queue: queueRouter,
  review: reviewRouter,
  study: studyRouter,
  task: taskRouter,
  training: trainingRouter,
  volume: volumeRouter,
  webhook: webhookRouter,
  zenodo: zenodoRouter,
});
