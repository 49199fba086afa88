import { parseArgs } from "node:util";
import { Problem } from "../../../core/problem.ts";
import { openBackupFile } from "../../backup/backup-file.ts";
import { restoreBackup } from "../../backup/restore-backup.ts";
import { readEnvironment } from "../../env.ts";
import { createProgressLine, megabytes } from "../progress-line.ts";
import { untilStopped } from "../stop-on-signals.ts";
import { tellMissing } from "./backup.ts";
import { readPassphrase } from "./passphrase.ts";

export const RESTORE_USAGE = `karyoloop restore [options] FILE

Brings a backup back, on this computer or another one: into the folder that KARYOLOOP_DATA names (default ./data), and
into DATABASE_URL and S3_… where they are set. All of them must be empty. The whole backup is checked before anything is
written, and until it is complete no server starts on it.

  --check                  reads and checks the backup, writes nothing
  --passphrase-file FILE   of an encrypted backup; asked for otherwise
  --help                   this text`;

/** `karyoloop restore`; returns the exit code. */
export async function runRestore(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.log(RESTORE_USAGE);
    return 0;
  }
  process.umask(0o077);
  const environment = readEnvironment();
  const backup = await openBackupFile(options.file);
  const progress = createProgressLine();
  try {
    const passphrase = backup.encrypted ? await readPassphrase(options.passphraseFile, false) : null;
    const { head, manifest } = await untilStopped((signal) =>
      restoreBackup({
        backup,
        passphrase,
        environment,
        checkOnly: options.checkOnly,
        signal,
        say: (text) => console.error(text),
        onProgress: (phase, bytes) =>
          progress.show(`${phase === "checking" ? "Checking" : "Restoring"}: ${megabytes(bytes)}`),
      }),
    );
    progress.end();
    console.log(
      `A backup of ${head.madeAt.slice(0, 16).replace("T", " ")} UTC by Karyoloop ${head.version}, whole and unchanged.`,
    );
    if (!options.checkOnly)
      console.log(
        `It is back in ${environment.dataRoot}. Start the server with npm start. Everybody signs in anew; trainers on other computers need new tokens, and invitations that were open must be sent again.`,
      );
    return tellMissing(manifest.missing);
  } finally {
    progress.end();
    await backup.close();
  }
}

interface RestoreOptions {
  readonly file: string;
  readonly checkOnly: boolean;
  readonly passphraseFile: string | undefined;
}

function readOptions(args: readonly string[]): RestoreOptions | null {
  const wrong = (what: string) =>
    new Problem({ tag: "wrong-arguments", what, hint: "karyoloop restore --help explains the options." });
  const parse = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        check: { type: "boolean" },
        "passphrase-file": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    throw wrong((error as Error).message);
  }
  if (parsed.values.help) return null;
  if (parsed.positionals.length !== 1) throw wrong("Name the one backup to restore.");
  return {
    file: parsed.positionals[0],
    checkOnly: parsed.values.check ?? false,
    passphraseFile: parsed.values["passphrase-file"],
  };
}
