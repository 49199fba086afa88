import { z } from "zod";
import { HttpRefusal } from "../../entrance/route.ts";
import { type ApiRoute, endpoint } from "../endpoint.ts";
import { me, project } from "../shapes.ts";

export const projectEndpoints: readonly ApiRoute[] = [
  endpoint({
    method: "GET",
    path: "/me",
    of: "person",
    role: "viewer",
    id: "me",
    group: "Account",
    summary: "Whose token this is, and what it opens",
    answer: me,
    run: async ({ route: { user, token } }) => ({ ...user, token }),
  }),
  endpoint({
    method: "GET",
    path: "/projects",
    of: "person",
    role: "viewer",
    id: "listProjects",
    group: "Projects",
    summary: "The projects that the token opens",
    answer: z.array(project),
    run: async ({ caller, route: { token } }) =>
      (await caller.project.list()).filter(({ id }) => token?.projectIds?.includes(id) ?? true),
  }),
  endpoint({
    method: "GET",
    path: "/projects/:projectId",
    of: "project",
    role: "viewer",
    id: "getProject",
    group: "Projects",
    summary: "One project",
    answer: project,
    async run({ caller, route: { projectId } }) {
      const found = (await caller.project.list()).find(({ id }) => id === projectId);
      if (!found) throw new HttpRefusal(404, "There is no such project.");
      return found;
    },
  }),
];
