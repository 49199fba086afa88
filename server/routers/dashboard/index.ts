import { router } from "../../trpc.ts";
import { courseOfProject } from "./course-of-project.ts";
import { diskOfProject } from "./disk-of-project.ts";
import { queueOfProject } from "./queue-of-project.ts";
import { vigilanceOfProject } from "./vigilance-of-project.ts";

/** Figures of a project that no other router has; each is asked for by itself, so that one that fails takes no other along. */
export const dashboardRouter = router({
  course: courseOfProject,
  queue: queueOfProject,
  disk: diskOfProject,
  vigilance: vigilanceOfProject,
});
