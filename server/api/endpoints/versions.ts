import { z } from "zod";
import { isUuid } from "../../access.ts";
import { HttpRefusal, type HttpRoute } from "../../entrance/route.ts";
import { exportFormats } from "../../export/export-formats.ts";
import { type ApiRoute, type Caller, endpoint } from "../endpoint.ts";
import { newVersion, nothing, version, versionMade } from "../shapes.ts";

const VERSIONS = "/projects/:projectId/versions";

type ListedVersion = Awaited<ReturnType<Caller["export"]["list"]>>[number];

const shown = (projectId: string, { contents, ...row }: ListedVersion) => ({
  ...row,
  licence: contents?.licence ?? null,
  volumes:
    contents?.volumes.map(({ fileName, ...one }) => ({
      ...one,
      address: `/api/v1/projects/${projectId}/versions/${row.id}/ome-zarr/${fileName}.ome.zarr`,
    })) ?? null,
});

const noVersion = () => new HttpRefusal(404, "There is no such dataset version.");

export const versionEndpoints = (sendZip: HttpRoute["handle"]): readonly ApiRoute[] => [
  endpoint({
    method: "GET",
    path: VERSIONS,
    of: "project",
    role: "viewer",
    id: "listVersions",
    group: "Versions",
    summary: "Frozen versions of a project, newest first",
    answer: z.array(version),
    run: async ({ caller, route: { projectId } }) =>
      (await caller.export.list({ projectId })).map((one) => shown(projectId, one)),
  }),
  endpoint({
    method: "POST",
    path: VERSIONS,
    of: "project",
    role: "owner",
    id: "createVersion",
    group: "Versions",
    summary: "Freeze the project as it is now",
    status: 202,
    body: newVersion,
    answer: versionMade,
    async run({ caller, body, route: { projectId } }) {
      const licence = body.licence ?? (await caller.project.byId({ projectId })).dataLicence;
      return caller.export.create({ projectId, licence });
    },
  }),
  endpoint({
    method: "GET",
    path: `${VERSIONS}/:versionId`,
    of: "project",
    role: "viewer",
    id: "getVersion",
    group: "Versions",
    summary: "One version, and how far it is",
    answer: version,
    async run({ caller, route: { projectId, parameters } }) {
      const found = (await caller.export.list({ projectId })).find(({ id }) => id === parameters.versionId);
      if (!found) throw noVersion();
      return shown(projectId, found);
    },
  }),
  endpoint({
    method: "DELETE",
    path: `${VERSIONS}/:versionId`,
    of: "project",
    role: "owner",
    id: "deleteVersion",
    group: "Versions",
    summary: "Delete a version, or stop its making",
    answer: nothing,
    async run({ caller, route: { projectId, parameters } }) {
      const { versionId } = parameters;
      if (!isUuid(versionId)) throw noVersion();
      await caller.export.remove({ projectId, versionId });
      return {};
    },
  }),
  ...(["GET", "HEAD"] as const).map(
    (method): ApiRoute => ({
      method,
      path: `/api/v1${VERSIONS}/:versionId/zip`,
      access: { kind: "token", of: "project", role: "viewer" },
      maxBodyBytes: 0,
      doc: {
        id: method === "GET" ? "downloadVersion" : "downloadVersionHead",
        group: "Versions",
        summary: "A version as one zip; resumes by Range",
        query: z.strictObject({ format: z.enum(exportFormats).describe("May stand several times") }),
        answer: { status: 200, media: ["application/zip"] },
        statuses: [206, 304, 409, 416, 422],
      },
      handle: sendZip,
    }),
  ),
];
