import { router } from "../../trpc.ts";
import { changeBox } from "./change-box.ts";
import { createBox } from "./create-box.ts";
import { listBoxes } from "./list-boxes.ts";
import { removeBox } from "./remove-box.ts";

/** Boxes that a person vouches for: fully labelled, checked empty, or kept for validation. */
export const boxRouter = router({ list: listBoxes, create: createBox, change: changeBox, remove: removeBox });
