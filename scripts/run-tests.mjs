// @ts-check
// `npm test`: plain JavaScript, so that an older Node gets as far as its sentence.
import "../server/supervisor/require-node.mjs";

const { register } = await import("tsx/esm/api");
register();
await import("./test.ts");
