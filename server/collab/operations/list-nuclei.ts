import { writtenAnswer } from "../../../core/contract/api-transformer.ts";
import type { NucleusColumns } from "../../../core/labels/nucleus-columns.ts";
import type { Services } from "../../services.ts";
import { ownTurn } from "../event-loop/next-turn.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";

/** All nuclei of a volume as they are now, to be answered as it is. Pages patch theirs by what the topic `nuclei` brings. */
export async function listNuclei(services: Services, volumeId: string): Promise<NucleusColumns> {
  const text = await inRoom(services, listNucleiOperation, volumeId, null);
  await ownTurn();
  return writtenAnswer(text);
}

export const listNucleiOperation = roomOperation("list-nuclei", ({ nuclei }, _services, _input: null) => nuclei.list());
