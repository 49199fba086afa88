import { isUuid } from "../../access.ts";
import { HttpRefusal } from "../../entrance/route.ts";
import { type ApiRoute, endpoint } from "../endpoint.ts";
import { job, nothing, startTraining, training } from "../shapes.ts";

export const trainingEndpoints: readonly ApiRoute[] = [
  endpoint({
    method: "GET",
    path: "/projects/:projectId/training",
    of: "project",
    role: "viewer",
    id: "trainingState",
    group: "Training",
    summary: "Trainings and predictions of a project, and what the next one needs",
    answer: training,
    async run({ caller, route: { projectId } }) {
      const { readiness, ...state } = await caller.training.state({ projectId });
      return { ...state, missing: readiness.missing };
    },
  }),
  endpoint({
    method: "POST",
    path: "/projects/:projectId/training",
    of: "project",
    role: "annotator",
    id: "startTraining",
    group: "Training",
    summary: "Freeze the labels and queue a training",
    status: 202,
    body: startTraining,
    answer: job,
    run: ({ caller, body, route: { projectId } }) => caller.training.start({ projectId, ...body }),
  }),
  endpoint({
    method: "DELETE",
    path: "/projects/:projectId/training/:jobId",
    of: "project",
    role: "annotator",
    id: "cancelTraining",
    group: "Training",
    summary: "Cancel a training or prediction",
    answer: nothing,
    async run({ caller, route: { projectId, parameters } }) {
      const { jobId } = parameters;
      if (!isUuid(jobId)) throw new HttpRefusal(404, "There is no such training.");
      await caller.training.cancel({ projectId, jobId });
      return {};
    },
  }),
];
