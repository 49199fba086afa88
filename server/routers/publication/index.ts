import { router } from "../../trpc.ts";
import { getPublication } from "./get-publication.ts";
import { savePublication } from "./save-publication.ts";
import { setOrigins } from "./set-origins.ts";

/** What a project's data sets say about themselves: the form of the page Publish. */
export const publicationRouter = router({ get: getPublication, save: savePublication, setOrigins });
