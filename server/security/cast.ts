import { eq } from "drizzle-orm";
import { type Role, roles } from "../../core/roles.ts";
import { user, volume } from "../../db/schema/index.ts";
import type { SignedInUser } from "../auth/authentication.ts";
import type { TestPerson, TestServer } from "../testing/test-server.ts";

/** Everybody who may call a route. `outsider` owns another project; `administrator` is a member of none. */
export interface Cast {
  readonly members: Readonly<Record<Role, TestPerson>>;
  readonly outsider: TestPerson;
  readonly administrator: TestPerson;
}

/** A project with one ready volume, and a person in each role. */
export interface Scene {
  readonly projectId: string;
  readonly volumeId: string;
}

export async function castPeople(server: TestServer): Promise<Cast> {
  const [viewer, annotator, reviewer, owner, outsider, administrator] = await Promise.all(
    [...roles, "outsider", "administrator"].map((name) => server.signUp(name)),
  );
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, administrator.id));
  return { members: { viewer, annotator, reviewer, owner }, outsider, administrator };
}

export const asUser = (person: TestPerson, isAdministrator = false): SignedInUser => ({
  id: person.id,
  name: person.name,
  email: person.email,
  isAdministrator,
  sessionId: `session of ${person.id}`,
  twoFactors: false,
  confirmedAt: new Date(),
});

let scenes = 0;

export async function setScene(server: TestServer, members: readonly (readonly [TestPerson, Role])[]): Promise<Scene> {
  scenes++;
  const projectId = await server.createProject(`scene ${scenes}`, members);
  const [row] = await server.services.db
    .insert(volume)
    .values({
      projectId,
      name: `volume ${scenes}`,
      specimen: "embryo",
      state: "ready",
      shapeZyx: [16, 48, 64],
      voxelSizeZyx: [2, 0.4, 0.4],
      voxelSizeFrom: "file",
      pixelType: "uint16",
      levels: [{ scaleLevel: 0, shapeZyx: [16, 48, 64], factorZyx: [1, 1, 1] }],
      sourceFileName: "embryo.tif",
      createdBy: members[0][0].id,
    })
    .returning({ id: volume.id });
  return { projectId, volumeId: row.id };
}

export const everyRole = (cast: Cast): (readonly [TestPerson, Role])[] =>
  [...roles].reverse().map((role) => [cast.members[role], role] as const);
