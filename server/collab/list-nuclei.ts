import type { NucleusColumns } from "../../core/labels/nucleus-columns.ts";
import type { Services } from "../services.ts";
import { liveVolumesOf } from "./live-volumes.ts";

/** All nuclei of a volume as they are now. Pages patch theirs by what the topic `nuclei` brings. */
export const listNuclei = (services: Services, volumeId: string): Promise<NucleusColumns> =>
  liveVolumesOf(services).use(volumeId, ({ nuclei }) => nuclei.list());
