import { z } from "zod";
import { calendarDaySchema, goalSchema } from "../../../core/tasks/task-fields.ts";
import { costlyCall } from "../../call-rate.ts";
import { tasksOfPerson, tasksOfProject, tasksOfVolume } from "../../tasks/list-tasks.ts";
import { memberPace } from "../../tasks/member-pace.ts";
import {
  finishTask,
  giveTask,
  reopenTask,
  type TaskPerson,
  transferTask,
  withdrawTask,
} from "../../tasks/task-acts.ts";
import { waitingWork } from "../../tasks/waiting-work.ts";
import { atMost, projectProcedure, router, signedInProcedure, volumeProcedure } from "../../trpc.ts";

const changing = volumeProcedure("annotator").use(atMost(costlyCall("task.change", 60, 2)));

const corner = z.int().min(0).max(65_536);
const cornerZyx = z.tuple([corner, corner, corner]);
const assigneeId = z.string().min(1).max(100).nullable();
const ofTask = z.object({ taskId: z.uuid() });

const personOf = (
  ctx: { readonly projectId: string; readonly role: TaskPerson["role"]; readonly user: { id: string; name: string } },
  { volumeId }: { readonly volumeId: string },
): TaskPerson => ({
  projectId: ctx.projectId,
  volumeId,
  userId: ctx.user.id,
  userName: ctx.user.name,
  role: ctx.role,
});

/** Volumes and boxes that members have to see to. */
export const taskRouter = router({
  ofProject: projectProcedure("viewer").query(({ ctx }) => tasksOfProject(ctx.services.db, ctx.user.id, ctx.projectId)),
  ofVolume: volumeProcedure("viewer").query(({ ctx, input }) =>
    tasksOfVolume(ctx.services.db, ctx.user.id, input.volumeId),
  ),

  /** Of the signed-in person, over all projects. */
  mine: signedInProcedure.query(({ ctx }) => tasksOfPerson(ctx.services.db, ctx.user.id)),
  /** What else waits for the signed-in person. */
  waiting: signedInProcedure.query(({ ctx }) => waitingWork(ctx.services.db, ctx.user.id)),

  /** How much each member does; null where the project does not show it. `today` is the reader's. */
  pace: projectProcedure("viewer")
    .input(z.object({ today: calendarDaySchema }))
    .query(({ ctx, input }) => memberPace(ctx.services.db, ctx.projectId, input.today)),

  give: changing
    .input(
      z.object({
        box: z.object({ minZyx: cornerZyx, maxZyx: cornerZyx }).nullable(),
        goal: goalSchema,
        due: calendarDaySchema.nullable(),
        assigneeId,
      }),
    )
    .mutation(({ ctx, input }) => giveTask(ctx.services, personOf(ctx, input), input)),

  /** To oneself, where nobody has it, is to take it. */
  transfer: changing
    .input(ofTask.extend({ assigneeId }))
    .mutation(({ ctx, input }) => transferTask(ctx.services, personOf(ctx, input), input.taskId, input.assigneeId)),

  finish: changing
    .input(ofTask)
    .mutation(({ ctx, input }) => finishTask(ctx.services, personOf(ctx, input), input.taskId)),
  reopen: changing
    .input(ofTask)
    .mutation(({ ctx, input }) => reopenTask(ctx.services, personOf(ctx, input), input.taskId)),
  withdraw: changing
    .input(ofTask)
    .mutation(({ ctx, input }) => withdrawTask(ctx.services, personOf(ctx, input), input.taskId)),
});
