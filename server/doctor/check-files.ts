import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { holdsOthersThings, isOpenToOthers, OWN_FOLDERS, RESTORE_FOLDER, scratchRoot } from "../storage/data-root.ts";
import { broken, type Finding, look, ok } from "./finding.ts";

const octal = (file: string): string => (statSync(file).mode & 0o777).toString(8).padStart(4, "0");

/** Who may read what, below the data root. */
export function checkRights(dataRoot: string): Finding[] {
  const findings: Finding[] = [];
  if (existsSync(path.join(dataRoot, RESTORE_FOLDER)))
    findings.push(
      broken(
        "restore",
        "A backup was being brought back and that was cut short.",
        "Run npx karyoloop restore with the same file again.",
      ),
    );
  if (isOpenToOthers(dataRoot))
    findings.push(
      holdsOthersThings(dataRoot)
        ? look(
            "data-root",
            `${dataRoot} (${octal(dataRoot)}) holds other things too, and other users may enter it.`,
            "Give Karyoloop a folder of its own: stop the server, move what is its own there, set KARYOLOOP_DATA.",
          )
        : broken(
            "data-root",
            `Other users of this machine may enter ${dataRoot} (${octal(dataRoot)}).`,
            `Run chmod 700 ${dataRoot}; a start of the server does it too.`,
          ),
    );
  else findings.push(ok("data-root", `${dataRoot} is closed to other users.`));
  const open = [...OWN_FOLDERS, "postgres", "socket"]
    .map((name) => path.join(dataRoot, name))
    .filter((folder) => existsSync(folder) && isOpenToOthers(folder));
  for (const folder of open)
    findings.push(
      broken(
        "folder-rights",
        `Other users of this machine may read ${folder} (${octal(folder)}).`,
        `Run chmod -R go-rwx ${folder}; a start of the server does it too.`,
      ),
    );
  if (open.length === 0) findings.push(ok("folder-rights", "Its folders are closed too."));
  return [...findings, ...checkSecrets(dataRoot), ...checkSocket(dataRoot)];
}

function checkSecrets(dataRoot: string): Finding[] {
  const folder = path.join(dataRoot, "secrets");
  if (!existsSync(folder))
    return [
      look(
        "secrets",
        "There are no secrets yet: this installation is of an earlier version.",
        "Start the server once.",
      ),
    ];
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  const open = files.filter((file) => !lstatSync(file).isFile() || (lstatSync(file).mode & 0o077) !== 0);
  if (open.length === 0) return [ok("secrets", `${files.length} secrets, each for its owner alone.`)];
  return open.map((file) =>
    broken(
      "secrets",
      `${file} is not for its owner alone.`,
      `Run chmod 600 ${file}. Who may have read it? Then renew it.`,
    ),
  );
}

function checkSocket(dataRoot: string): Finding[] {
  const socket = path.join(dataRoot, "socket", ".s.PGSQL.5432");
  if (!existsSync(socket)) return [];
  if ((statSync(socket).mode & 0o077) === 0) return [ok("socket", "The database's socket is for its user alone.")];
  return [
    broken(
      "socket",
      `Other users may connect to the database's socket (${octal(socket)}).`,
      "Restart the server: this version opens it for its own user only.",
    ),
  ];
}

const DAY_MS = 86_400_000;

/** What a stopped server left; a running one works in there. */
export function checkScratch(dataRoot: string, isRunning: boolean, nowMs: number): Finding[] {
  const root = scratchRoot(dataRoot);
  const left = (existsSync(root) ? readdirSync(root) : []).filter(
    (name) => !isRunning || nowMs - statSync(path.join(root, name)).mtimeMs > 2 * DAY_MS,
  );
  if (left.length === 0) return [ok("scratch", "No scratch files are left over.")];
  return [
    look(
      "scratch",
      `${left.length} scratch folders are left over in ${root}.`,
      isRunning ? "Restart the server when nobody imports: it sweeps them." : "The next start sweeps them.",
    ),
  ];
}
