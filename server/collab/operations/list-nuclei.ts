import { writtenAnswer } from "../../../core/contract/api-transformer.ts";
import type { NucleusColumns } from "../../../core/labels/nucleus-columns.ts";
import type { Services } from "../../services.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";

/** All nuclei of a volume as they are now, to be answered as it is. Pages patch theirs by what the topic `nuclei` brings. */
export const listNuclei = async (services: Services, volumeId: string): Promise<NucleusColumns> =>
  writtenAnswer(await inRoom(services, listNucleiOperation, volumeId, null));

export const listNucleiOperation = roomOperation("list-nuclei", ({ nuclei }, _services, _input: null) => nuclei.list());
