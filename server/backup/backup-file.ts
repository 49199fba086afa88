import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, open, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Problem } from "../../core/problem.ts";
import { ByteReader, type ByteSink, type ByteSource, fileSink, fileSource } from "./byte-stream.ts";
import { decrypt, encryptInto, startsEncrypted } from "./encryption.ts";

/**
 * Writes a file that only its owner reads and that is there whole or not at all. Never takes the place of another.
 * `write` failing, or being aborted, leaves nothing.
 */
export async function createBackupFile<T>(
  file: string,
  passphrase: string | null,
  write: (sink: ByteSink) => Promise<T>,
): Promise<T> {
  if (await stat(file).catch(() => null)) throw taken(file);
  const partial = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString("hex")}`);
  const handle = await open(partial, "wx", 0o600).catch((cause) => {
    throw new Problem(
      { tag: "cannot-write", what: `The backup cannot be written to ${file}.`, where: cause.message },
      { cause },
    );
  });
  try {
    const sink = fileSink(handle);
    const written = await write(passphrase === null ? sink : await encryptInto(sink, passphrase));
    await handle.sync();
    await link(partial, file);
    return written;
  } catch (error) {
    throw sentenceOf(error, file);
  } finally {
    await handle.close();
    await rm(partial, { force: true });
  }
}

function sentenceOf(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST") return taken(file);
  if (code !== "ENOSPC") return error;
  return new Problem({
    tag: "disk-full",
    what: `The disk of ${path.dirname(file)} is full; nothing of the backup was kept.`,
    hint: "Free some space, or write it to another disk.",
  });
}

const taken = (file: string): Problem =>
  new Problem({ tag: "file-exists", what: `${file} is there already.`, hint: "Name another file." });

export interface OpenedBackup {
  readonly encrypted: boolean;
  /** From its beginning, each time. Decrypts where it is encrypted. */
  source(passphrase: string | null): Promise<ByteSource>;
  close(): Promise<void>;
}

export async function openBackupFile(file: string): Promise<OpenedBackup> {
  const handle: FileHandle = await open(file, constants.O_RDONLY).catch((cause) => {
    throw new Problem({ tag: "cannot-read", what: `${file} cannot be read.`, where: cause.message }, { cause });
  });
  const encrypted = startsEncrypted(await new ByteReader(fileSource(handle)).upTo(64));
  return {
    encrypted,
    async source(passphrase) {
      const plain = fileSource(handle);
      return encrypted ? decrypt(plain, passphrase ?? "") : plain;
    },
    close: () => handle.close(),
  };
}
