import { z } from "zod";
import { labelValueSchema } from "../../../core/contract/voxel-shapes.ts";
import { pageIdSchema } from "../queue/question-input.ts";

export const MAX_NOTE = 1000;

export const pageInput = z.object({ pageId: pageIdSchema });
export const nucleusInput = z.object({ label: labelValueSchema });
/** What the person saw: a class name of a kilobyte and two numbers. */
export const seenInput = nucleusInput.extend({ fingerprint: z.string().min(1).max(1200) });
