// @ts-check
// `npm test`: plain JavaScript, so that an older Node gets as far as its sentence.
import "../server/supervisor/require-node.mjs";
import "../server/supervisor/read-typescript.mjs";

await import("./test.ts");
