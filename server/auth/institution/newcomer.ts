import { APIError } from "better-auth/api";
import { nameSchema } from "../../../core/text/name.ts";
import type { Database } from "../../../db/client.ts";
import { personNameSchema } from "../account-fields.ts";
import { assertFreeName } from "../free-name.ts";
import type { InstitutionSettings } from "./discovery.ts";

interface Newcomer {
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

/**
 * Who comes by the institution without an invitation: only with an address that the institution verified, of a domain that the
 * installation lets in. Returns the name to go by, which is nobody else's. Throws what better-auth hands to the sign-in page.
 */
export async function admitNewcomer(
  db: Database,
  institution: InstitutionSettings | null,
  { name, email, emailVerified }: Newcomer,
): Promise<{ name: string }> {
  const [local, domain] = email.toLowerCase().split("@");
  if (!emailVerified || !institution?.allowedDomains.includes(domain))
    throw new APIError("FORBIDDEN", { code: "not_invited", message: "Accounts are made by invitation." });
  const fits = personNameSchema.safeParse(name);
  const plain = fits.success ? fits.data : local;
  for (const candidate of [plain, `${plain} (${domain})`, `${plain} (${email})`]) {
    const bounded = nameSchema(80).safeParse(candidate);
    if (bounded.success && (await isFree(db, bounded.data))) return { name: bounded.data };
  }
  throw new APIError("FORBIDDEN", { code: "name_taken", message: "Somebody here has this name." });
}

const isFree = (db: Database, name: string): Promise<boolean> =>
  db
    .transaction((tx) => assertFreeName(tx, name, null))
    .then(
      () => true,
      () => false,
    );
