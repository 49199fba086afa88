import { z } from "zod";
import { labelStatuses } from "../../../core/labels/label-status.ts";
import { type ListedNucleus, type NucleusColumns, nucleiOf } from "../../../core/labels/nucleus-columns.ts";
import { inRoom } from "../../collab/live/in-room.ts";
import { listNucleiOperation } from "../../collab/operations/list-nuclei.ts";
import { type ApiRoute, endpoint } from "../endpoint.ts";
import { job, made, newLabels, newVolume, nothing, nuclei, volume } from "../shapes.ts";

const withArrays = <T extends { readonly id: string }>(row: T) => {
  const at = (name: string) => `/api/v1/volumes/${row.id}/${name}.ome.zarr`;
  return {
    ...row,
    arrays: { image: at("image"), labels: at("labels"), known: at("known"), proposals: at("proposals") },
  };
};

const listed = (row: ListedNucleus) => ({
  label: row.label,
  status: labelStatuses[row.status],
  class: row.className,
  voxels: row.voxels,
  centroidZyx: row.centroidZyx,
  minZyx: row.boxZyx.slice(0, 3),
  maxZyx: row.boxZyx.slice(3),
  origin: row.origin,
  uncertainty: row.uncertainty,
  by: row.by?.name ?? null,
  changedAt: row.changedAtMs > 0 ? new Date(row.changedAtMs).toISOString() : null,
});

export const volumeEndpoints: readonly ApiRoute[] = [
  endpoint({
    method: "GET",
    path: "/projects/:projectId/volumes",
    of: "project",
    role: "viewer",
    id: "listVolumes",
    group: "Volumes",
    summary: "The volumes of a project, by name",
    answer: z.array(volume),
    run: async ({ caller, route: { projectId } }) => (await caller.volume.list({ projectId })).map(withArrays),
  }),
  endpoint({
    method: "POST",
    path: "/projects/:projectId/volumes",
    of: "project",
    role: "reviewer",
    id: "createVolume",
    group: "Volumes",
    summary: "Import an uploaded image as a volume, with labels or without",
    more: "Answers at once. The volume says in `state` and `import` how far it is.",
    status: 202,
    body: newVolume,
    answer: made,
    run: ({ caller, body, route: { projectId } }) => caller.volume.startImport({ ...body, projectId }),
  }),
  endpoint({
    method: "GET",
    path: "/volumes/:volumeId",
    of: "volume",
    role: "viewer",
    id: "getVolume",
    group: "Volumes",
    summary: "One volume, and how far its import is",
    answer: volume,
    run: async ({ caller, route: { parameters } }) =>
      withArrays(await caller.volume.byId({ volumeId: parameters.volumeId })),
  }),
  endpoint({
    method: "DELETE",
    path: "/volumes/:volumeId/import",
    of: "volume",
    role: "reviewer",
    id: "cancelImport",
    group: "Volumes",
    summary: "End what is being imported; a volume that is not ready goes with it",
    answer: nothing,
    async run({ caller, route: { parameters } }) {
      await caller.volume.cancelImport({ volumeId: parameters.volumeId });
      return {};
    },
  }),
  endpoint({
    method: "POST",
    path: "/volumes/:volumeId/labels",
    of: "volume",
    role: "reviewer",
    id: "addLabels",
    group: "Volumes",
    summary: "Add an uploaded label image, as proposals or as accepted labels",
    more: "Labels that are there stay: what comes is written over background only.",
    status: 202,
    body: newLabels,
    answer: job,
    run: ({ caller, body, route: { parameters } }) =>
      caller.volume.addLabels({ volumeId: parameters.volumeId, labels: body }),
  }),
  endpoint({
    method: "GET",
    path: "/volumes/:volumeId/nuclei",
    of: "volume",
    role: "viewer",
    id: "listNuclei",
    group: "Volumes",
    summary: "The nuclei of a volume as they are now, by label, page by page",
    query: z.strictObject({
      after: z.int().min(0).max(0xffff_ffff).default(0).describe("Labels above this one"),
      limit: z.int().min(1).max(5_000).default(1_000),
    }),
    answer: nuclei,
    async run({ query: { after, limit }, route: { services, parameters } }) {
      const columns = JSON.parse(
        await inRoom(services, listNucleiOperation, parameters.volumeId, null),
      ) as NucleusColumns;
      const rows = [...nucleiOf(columns)].filter(({ label }) => label > after).sort((a, b) => a.label - b.label);
      const page = rows.slice(0, limit);
      return { nuclei: page.map(listed), next: rows.length > limit ? page[page.length - 1].label : null };
    },
  }),
];
