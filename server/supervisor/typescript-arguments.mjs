// @ts-check

/** What `node` is given before an entry that is TypeScript, wherever it is started. */
export const typescriptArguments = ["--import", new URL("./read-typescript.mjs", import.meta.url).href];
