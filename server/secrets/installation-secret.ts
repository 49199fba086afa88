import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { ConfigurationError } from "../configuration-error.ts";

const SECRET_BYTES = 48;
const NAME = /^[a-z][a-z0-9-]*$/;
const SECRET = /^[A-Za-z0-9_-]{32,}$/;

export const secretsFolder = (dataRoot: string): string => path.join(dataRoot, "secrets");

/**
 * A random secret of this installation, base64url, in the file `<dataRoot>/secrets/<name>`, which only its owner reads. Made
 * at the first call and the same ever after: of two processes that make it at once, both get one and the same.
 * Throws an Error with a sentence where the file is damaged, or others may read it and that cannot be mended.
 */
export function readOrCreateSecret(dataRoot: string, name: string): string {
  if (!NAME.test(name)) throw new RangeError(`not a name of a secret: ${name}`);
  const folder = secretsFolder(dataRoot);
  const file = path.join(folder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeToOthers(folder, 0o700);
  return readSecret(file) ?? createSecret(folder, file);
}

function readSecret(file: string): string | null {
  try {
    closeToOthers(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const secret = readFileSync(file, "utf8").trim();
  if (SECRET.test(secret)) return secret;
  throw new ConfigurationError(
    `${file} holds no secret: bring it back from a backup, or delete it and everybody signs in anew.`,
  );
}

/** A link to a file that is complete already: nobody ever reads half of it, and it never takes another's place. */
function createSecret(folder: string, file: string): string {
  const temporary = path.join(folder, `.${randomBytes(12).toString("hex")}`);
  const handle = openSync(temporary, "wx", 0o600);
  try {
    writeSync(handle, `${randomBytes(SECRET_BYTES).toString("base64url")}\n`);
    fsyncSync(handle);
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    closeSync(handle);
    rmSync(temporary, { force: true });
  }
  for (const changed of [folder, path.dirname(folder)]) syncFolder(changed);
  return readSecret(file) as string;
}

/** Takes the rights of group and others away. A link is refused: it would lead to rights that nobody looked at. */
function closeToOthers(fileOrFolder: string, mode: number): void {
  let handle: number;
  try {
    handle = openSync(fileOrFolder, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw error;
    const reason = code === "ELOOP" ? "it is a link" : code === "EACCES" ? "it belongs to another user" : code;
    throw new ConfigurationError(
      `The secret ${fileOrFolder} cannot be read (${reason}): run the server as the data's owner.`,
      {
        cause: error,
      },
    );
  }
  try {
    if ((fstatSync(handle).mode & 0o077) === 0) return;
    try {
      fchmodSync(handle, mode);
    } catch {
      // said below, as where the file system keeps no rights
    }
    if ((fstatSync(handle).mode & 0o077) !== 0)
      throw new ConfigurationError(
        `Other users of this machine may read ${fileOrFolder}, and its rights cannot be changed: run chmod ${mode.toString(8)} on it as its owner, or move the data to a file system that keeps rights.`,
      );
  } finally {
    closeSync(handle);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
