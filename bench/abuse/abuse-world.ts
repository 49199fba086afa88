import type { Zyx } from "../../core/volume/voxel-space.ts";

/** Where the hostile ones stand. */
export type Standing = "stranger" | "viewer" | "annotator" | "owner";

/** What an attacker knows of a running server: its address, a volume, and the cookies of the people he got hold of. */
export interface AbuseWorld {
  readonly address: string;
  readonly projectId: string;
  readonly volumeId: string;
  readonly shapeZyx: Zyx;
  /** Of the hostile; a stranger has none. The owner owns another project than the one that is painted in. */
  readonly cookies: Readonly<Record<Exclude<Standing, "stranger">, string>>;
  readonly ownProjectId: string;
  /** Of the two who paint. */
  readonly honestCookies: readonly [string, string];
}

export const cookieOf = (world: AbuseWorld, standing: Standing): string =>
  standing === "stranger" ? "" : world.cookies[standing];
