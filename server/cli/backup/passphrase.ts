import { readFile, stat } from "node:fs/promises";
import { Problem } from "../../../core/problem.ts";
import { askPassword } from "../server-session.ts";

const MIN_CHARACTERS = 12;

/** From the file's first line, else typed. `isNew`: asked for twice, and of some length. */
export async function readPassphrase(file: string | undefined, isNew: boolean): Promise<string> {
  const passphrase = file === undefined ? await typed(isNew) : await firstLine(file);
  if (isNew && [...passphrase].length < MIN_CHARACTERS)
    throw new Problem({
      tag: "passphrase-short",
      what: `The passphrase has fewer than ${MIN_CHARACTERS} characters.`,
      hint: "Take five random words: whoever finds the file can try as often as they like.",
    });
  return passphrase;
}

async function firstLine(file: string): Promise<string> {
  const info = await stat(file).catch((cause) => {
    throw new Problem({ tag: "cannot-read", what: `${file} cannot be read.`, where: cause.message }, { cause });
  });
  if (info.isFile() && (info.mode & 0o077) !== 0)
    throw new Problem({
      tag: "passphrase-open",
      what: `Other users of this machine may read ${file}.`,
      hint: `Run chmod 600 ${file}.`,
    });
  return (await readFile(file, "utf8")).split(/\r?\n/)[0];
}

async function typed(isNew: boolean): Promise<string> {
  const passphrase = await askPassword("Passphrase: ");
  if (passphrase === null)
    throw new Problem({
      tag: "passphrase-missing",
      what: "Nobody is there to be asked for the passphrase.",
      hint: "Name a file that holds it with --passphrase-file.",
    });
  if (isNew && (await askPassword("Once more: ")) !== passphrase)
    throw new Problem({ tag: "passphrase-differs", what: "The two passphrases are not the same." });
  return passphrase;
}
