import { router } from "../../trpc.ts";
import { createVersion } from "./create-version.ts";
import { listVersions } from "./list-versions.ts";
import { removeVersion } from "./remove-version.ts";
import { shapeDistributionOf } from "./shape-distribution-of.ts";

/** Dataset versions: frozen, listed, removed. They are fetched over plain HTTP (server/http/files/exports.ts). */
export const exportRouter = router({
  list: listVersions,
  create: createVersion,
  remove: removeVersion,
  shapes: shapeDistributionOf,
});
