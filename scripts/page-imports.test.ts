import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

/*
 * Pages may not use eval: their policy forbids it. zod tries it when a schema is made, so what a browser loads with a page
 * must not import it; a page that needs a schema loads it with `import()` and turns the compiler off before.
 */
const PROJECT = path.join(import.meta.dirname, "..");
const FORBIDDEN = "zod";

/** Modules whose values a file imports as it is loaded; types are gone by then. */
function loadedBy(file: string, source: string): string[] {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, false, ts.ScriptKind.TSX);
  return parsed.statements.flatMap((statement) => {
    if (ts.isImportDeclaration(statement)) {
      const { importClause } = statement;
      const named = importClause?.namedBindings;
      const onlyTypes =
        importClause?.isTypeOnly ||
        (importClause && !importClause.name && named && ts.isNamedImports(named) && named.elements.length > 0
          ? named.elements.every(({ isTypeOnly }) => isTypeOnly)
          : false);
      return onlyTypes ? [] : [(statement.moduleSpecifier as ts.StringLiteral).text];
    }
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier && !statement.isTypeOnly)
      return [(statement.moduleSpecifier as ts.StringLiteral).text];
    return [];
  });
}

async function clientFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["app", "components"])
    for (const entry of await readdir(path.join(PROJECT, folder), { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile() || !/\.tsx?$/.test(file) || /\.test\.tsx?$/.test(file)) continue;
      if ((await readFile(file, "utf8")).startsWith('"use client"')) found.push(file);
    }
  return found;
}

/** From a module that a page loads down to each file that imports what is forbidden. */
async function waysToForbidden(starts: readonly string[]): Promise<{ ways: string[]; files: number }> {
  const from = new Map<string, string | null>(starts.map((file) => [file, null]));
  const ways: string[] = [];
  const queue = [...starts];
  for (let file = queue.pop(); file; file = queue.pop())
    for (const name of loadedBy(file, await readFile(file, "utf8"))) {
      if (name === FORBIDDEN) {
        const way = [file];
        for (let before = from.get(file); before; before = from.get(before)) way.push(before);
        ways.push(way.map((one) => path.relative(PROJECT, one)).join(" <- "));
      }
      const next = path.resolve(path.dirname(file), name);
      if (!name.startsWith(".") || from.has(next) || !existsSync(next) || !/\.tsx?$/.test(next)) continue;
      from.set(next, file);
      queue.push(next);
    }
  return { ways, files: from.size };
}

it("no page loads a library that its policy forbids to run", async () => {
  const { ways, files } = await waysToForbidden(await clientFiles());
  expect(files).toBeGreaterThan(200);
  expect(ways).toEqual([]);
});
