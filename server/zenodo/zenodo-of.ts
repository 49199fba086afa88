import { Problem } from "../../core/problem.ts";
import type { DepositPlace } from "../../core/publication/deposit.ts";
import type { Services } from "../services.ts";
import { ZENODO_TIMING, type ZenodoTiming } from "./ask-zenodo.ts";
import { openRepositoryToken } from "./repository-tokens.ts";
import { createZenodoClient, type ZenodoClient } from "./zenodo-client.ts";

/** The origin of a place; throws where the administrator offers none. */
export function originOf({ environment }: Services, place: DepositPlace): URL {
  if (environment.zenodo) return environment.zenodo[place];
  throw new Problem({
    tag: "zenodo-off",
    what: "The administrator of this server has switched deposits off.",
    hint: "Download the version and upload it by hand.",
  });
}

/** Zenodo as this person. */
export async function zenodoOf(
  services: Services,
  { createdBy, place }: { readonly createdBy: string | null; readonly place: DepositPlace },
  signal: AbortSignal,
  timing: ZenodoTiming = ZENODO_TIMING,
): Promise<ZenodoClient> {
  const base = originOf(services, place);
  return createZenodoClient({ base, token: await openRepositoryToken(services, createdBy, place), timing, signal });
}
