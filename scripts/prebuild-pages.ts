import { ensurePageBuild } from "../server/pages/page-build.ts";

/** Builds the pages that a start would build, for images that start in seconds. */
console.log(`Pages are in ${await ensurePageBuild((text) => console.log(text))}`);
