import { z } from "zod";
import { labelValueSchema } from "../../../core/contract/voxel-shapes.ts";

/** Random per page load: a person may have several pages open, each holding a question of its own. */
export const pageIdSchema = z.string().min(8).max(64);

export const pageInput = z.object({ pageId: pageIdSchema });
export const questionInput = z.object({ labelValue: labelValueSchema });
