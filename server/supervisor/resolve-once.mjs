// @ts-check
import { registerHooks } from "node:module";

/*
 * What a process imports is looked for once. Node 22 and 24 parse a package's list of exports anew at every import of it, and for
 * every relative import within it, to learn what kind of module it is; that of drizzle-orm, which hundreds of files import, has
 * 170 kB. It was a third of the time until the server's first line (docs/adr/0054). `require` is left as it is.
 */
const PACKAGE_OF = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

/** @typedef {import("node:module").ResolveFnOutput} Resolved */

/** Of bare names, by the package that asks. @type {Map<string, Resolved>} */
const found = new Map();
/** Of `.js` files, by their folder: files of one folder are in one package. @type {Map<string, Resolved["format"]>} */
const formatIn = new Map();

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL, importAttributes } = context;
    const isPlain = importAttributes && Object.keys(importAttributes).length === 0;
    if (!isPlain || !parentURL?.startsWith("file:") || /[:?#]/.test(specifier)) return next(specifier, context);

    if (specifier.startsWith(".")) {
      const url = new URL(specifier, parentURL).href;
      if (specifier.endsWith(".ts")) return { url, format: "module-typescript", shortCircuit: true };
      const folder = url.slice(0, url.lastIndexOf("/"));
      const format = formatIn.get(folder);
      if (specifier.endsWith(".js") && format) return { url, format, shortCircuit: true };
      const resolved = next(specifier, context);
      if (resolved.url === url && url.endsWith(".js")) formatIn.set(folder, resolved.format);
      return resolved;
    }

    if (specifier.startsWith("/")) return next(specifier, context);
    const key = `${specifier} ${context.conditions.join()} ${PACKAGE_OF.exec(parentURL)?.[0] ?? ""}`;
    const known = found.get(key) ?? { ...next(specifier, context), shortCircuit: true };
    found.set(key, known);
    return known;
  },
});
