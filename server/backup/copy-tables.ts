import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { damaged } from "./tar.ts";

const compress = promisify(gzip);
const expand = promisify(gunzip);
/** The text of COPY is mostly hexadecimal: a higher level gains 3 % and takes twice as long. */
const LEVEL = 3;

const quoted = (name: string): string => `"${name}"`;
const listed = (columns: readonly string[]): string => columns.map(quoted).join(", ");

/** So that the text reads the same on the way out and in, whatever the database's settings are. */
export const COPY_SETTINGS =
  "set client_encoding = 'UTF8'; set datestyle = 'ISO, YMD'; set bytea_output = 'hex'; set extra_float_digits = 1;";

/** The rows as gzipped text of COPY, cut into parts anywhere. Returns their number. */
export async function* dumpTable(
  client: pg.ClientBase,
  table: { readonly name: string; readonly columns: readonly string[]; readonly where: string | null },
  partBytes: number,
): AsyncGenerator<Buffer, number> {
  const rows = `select ${listed(table.columns)} from ${quoted(table.name)}${table.where ? ` where ${table.where}` : ""}`;
  const stream = client.query(copyTo(`copy (${rows}) to stdout`));
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + partBytes - heldBytes);
      at += piece.length;
      held.push(piece);
      heldBytes += piece.length;
      if (heldBytes < partBytes) continue;
      yield await compress(Buffer.concat(held), { level: LEVEL });
      [held, heldBytes] = [[], 0];
    }
  }
  if (heldBytes > 0) yield await compress(Buffer.concat(held), { level: LEVEL });
  return stream.rowCount ?? 0;
}

/** A table that is being filled, part by part. */
export interface TableFilling {
  add(gzipped: Buffer): Promise<void>;
  /** Rows that arrived. */
  end(): Promise<number>;
}

export function fillTable(
  client: pg.ClientBase,
  table: { readonly name: string; readonly columns: readonly string[] },
  partBytes: number,
): TableFilling {
  const stream = client.query(copyFrom(`copy ${quoted(table.name)} (${listed(table.columns)}) from stdin`));
  // Told to whoever writes or waits next.
  const ended = new Promise<void>((resolve, reject) => stream.once("finish", resolve).once("error", reject));
  ended.catch(() => {});
  return {
    async add(gzipped) {
      const text = await expand(gzipped, { maxOutputLength: partBytes }).catch(() => {
        throw damaged(`rows of ${table.name} cannot be read`);
      });
      await Promise.race([ended, new Promise<void>((resolve) => stream.write(text, () => resolve()))]);
    },
    async end() {
      stream.end();
      await ended;
      return stream.rowCount;
    },
  };
}
