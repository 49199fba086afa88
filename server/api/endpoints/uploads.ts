import { z } from "zod";
import { isUuid } from "../../access.ts";
import { HttpRefusal, type HttpRoute } from "../../entrance/route.ts";
import { type ApiRoute, endpoint } from "../endpoint.ts";
import { contents, newUpload, nothing, received, upload } from "../shapes.ts";

/** Routes of the pages that take files; here they take a token. */
export interface UploadHandlers {
  readonly begin: HttpRoute;
  readonly append: HttpRoute;
  readonly remove: HttpRoute;
}

export function uploadEndpoints({ begin, append, remove }: UploadHandlers): readonly ApiRoute[] {
  const access = { kind: "token", of: "project", role: "reviewer" } as const;
  const path = "/api/v1/projects/:projectId/uploads";
  return [
    {
      ...begin,
      path,
      access,
      doc: {
        id: "beginUpload",
        group: "Uploads",
        summary: "Say which file comes; one that broke off goes on",
        body: newUpload,
        answer: { status: 200, json: upload },
        statuses: [422, 507],
      },
    },
    {
      ...append,
      path: `${path}/:uploadId`,
      access,
      doc: {
        id: "appendPiece",
        group: "Uploads",
        summary: "The next piece of a file",
        query: z.strictObject({ offset: z.int().min(0).describe("Where the piece begins") }),
        body: "bytes",
        answer: { status: 200, json: received },
        statuses: [408, 422, 507],
      },
    },
    endpoint({
      method: "GET",
      path: "/projects/:projectId/uploads/:uploadId",
      of: "project",
      role: "reviewer",
      id: "inspectUpload",
      group: "Uploads",
      summary: "What a complete upload holds",
      answer: contents,
      async run({ caller, route: { projectId, parameters } }) {
        const { uploadId } = parameters;
        if (!isUuid(uploadId)) throw new HttpRefusal(404, "There is no such upload.");
        const { fileName, contents: found } = await caller.volume.inspectUpload({ projectId, uploadId });
        return { fileName, ...found };
      },
    }),
    {
      ...remove,
      path: `${path}/:uploadId`,
      access,
      doc: {
        id: "dropUpload",
        group: "Uploads",
        summary: "Forget an upload",
        answer: { status: 200, json: nothing },
        statuses: [422],
      },
    },
  ];
}
