import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Problem } from "../../../core/problem.ts";
import { backUp } from "../../backup/back-up.ts";
import type { BackupProgress } from "../../backup/write-backup.ts";
import { readEnvironment } from "../../env.ts";
import { createProgressLine, megabytes } from "../progress-line.ts";
import { untilStopped } from "../stop-on-signals.ts";
import { readPassphrase } from "./passphrase.ts";

export const BACKUP_USAGE = `karyoloop backup [options] [FILE_OR_FOLDER]

Writes everything that people made into one file, while the server runs or not. What was "Saved" when it began is in it.
Without a name: karyoloop-backup-<date>.tar in this folder. Which installation: KARYOLOOP_DATA, and DATABASE_URL and S3_…
where they are used, as for npm start.

Nobody is signed in by a backup: sessions, links that were not used and trainers' tokens are left out.

  --encrypt                asks for a passphrase; without it nobody can read the file, and you cannot either
  --passphrase-file FILE   reads it from the file's first line, for backups by the clock; encrypts
  --help                   this text`;

/** `karyoloop backup`; returns the exit code. */
export async function runBackup(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.log(BACKUP_USAGE);
    return 0;
  }
  process.umask(0o077);
  const environment = readEnvironment();
  const passphrase = options.encrypt ? await readPassphrase(options.passphraseFile, true) : null;
  const file = chooseFile(options.target, environment.dataRoot, passphrase !== null);
  const progress = createProgressLine();
  try {
    const summary = await untilStopped((signal) =>
      backUp({
        environment,
        file,
        passphrase,
        signal,
        onProgress: (now) => progress.show(inWords(now)),
        say: (text) => console.error(text),
      }),
    );
    progress.end();
    console.log(
      `${file}: ${megabytes(summary.bytes)}, ${summary.rows} rows, ${summary.blobs} blobs${passphrase === null ? "" : ", encrypted"}.`,
    );
    return tellMissing(summary.missing);
  } finally {
    progress.end();
  }
}

export function tellMissing(missing: readonly string[]): number {
  if (missing.length === 0) return 0;
  console.error(
    `The installation was damaged before: ${missing.length >= 100 ? "100 or more" : missing.length} files that it needs are missing, ${missing[0]} first. Everything else is in the backup. Keep the backups from before.`,
  );
  return 1;
}

const inWords = ({ phase, done, of, bytes }: BackupProgress): string =>
  `${phase === "tables" ? "Table" : "Blob"} ${done} of ${of ?? "…"}, ${megabytes(bytes)}`;

interface BackupOptions {
  readonly target: string;
  readonly encrypt: boolean;
  readonly passphraseFile: string | undefined;
}

function readOptions(args: readonly string[]): BackupOptions | null {
  const wrong = (what: string) =>
    new Problem({ tag: "wrong-arguments", what, hint: "karyoloop backup --help explains the options." });
  let parsed: ReturnType<typeof parse>;
  const parse = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        encrypt: { type: "boolean" },
        "passphrase-file": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  try {
    parsed = parse();
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  if (positionals.length > 1) throw wrong("Name one file or folder.");
  const passphraseFile = values["passphrase-file"];
  return {
    target: positionals[0] ?? ".",
    encrypt: (values.encrypt ?? false) || passphraseFile !== undefined,
    passphraseFile,
  };
}

function chooseFile(target: string, dataRoot: string, encrypted: boolean): string {
  const given = path.resolve(target);
  const file = existsSync(given) && statSync(given).isDirectory() ? freeName(given, encrypted) : given;
  const fromRoot = path.relative(dataRoot, file);
  if (!fromRoot.startsWith("..") && !path.isAbsolute(fromRoot))
    throw new Problem({
      tag: "backup-in-data",
      what: `${file} lies in the data that it is to save.`,
      hint: "Name a file or folder elsewhere, on another disk if you can.",
    });
  return file;
}

function freeName(folder: string, encrypted: boolean): string {
  const now = new Date();
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  for (let number = 1; ; number++) {
    const name = `karyoloop-backup-${date}${number === 1 ? "" : `-${number}`}.tar${encrypted ? ".enc" : ""}`;
    const file = path.join(folder, name);
    if (!existsSync(file)) return file;
  }
}
