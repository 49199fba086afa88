// @ts-check
// The first import of every entry, in the plainest JavaScript: an older Node must get this far to be told.
import { readFileSync } from "node:fs";
import { EXIT_CONFIGURATION } from "./exit-codes.mjs";

const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const wanted = Number(/\d+/.exec(engines.node)?.[0]);
if (Number(process.versions.node.split(".")[0]) < wanted) {
  process.stderr.write(`Karyoloop needs Node ${wanted} or newer; this is Node ${process.versions.node}.\n`);
  process.exit(EXIT_CONFIGURATION);
}
