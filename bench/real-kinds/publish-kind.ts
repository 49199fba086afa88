import { writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { EMPTY_PUBLICATION } from "../../core/publication/publication.ts";
import { project, trainingBox, volume } from "../../db/schema/index.ts";
import { productCheckpoint, storeProductModel } from "../../server/checkpoints/product-model.ts";
import { runImport } from "../../server/cli/import/import.ts";
import { runModel } from "../../server/cli/model/run-model.ts";
import { type ExportFormat, exportFormats } from "../../server/export/export-formats.ts";
import { folderSource } from "../../server/export/file-source.ts";
import { untilFrozen } from "../../server/export/testing/until-frozen.ts";
import { unzipTo } from "../../server/export/testing/unzip-to.ts";
import { validateDataset } from "../../server/export/validate/dataset-rules.ts";
import { dataSetFile } from "../../server/ingest/testing/data-sets.ts";
import { TEST_PASSWORD, type TestPerson, type TestServer } from "../../server/testing/test-server.ts";
import { createTestClient } from "../../server/testing/trpc-client.ts";
import type { RealKind } from "./kinds.ts";

const FREEZE_BOUND_MS = 600_000;

export const truthFiles = ({ prefix }: RealKind) => ({
  image: dataSetFile(`${prefix}_image.tif`),
  labels: dataSetFile(`${prefix}_labels.tif`),
});

/** What became of one format: the unpacked folder and what our own rules say of it, or why the version cannot be had in it. */
export type Published =
  | { readonly format: ExportFormat; readonly folder: string; readonly violations: readonly string[] }
  | { readonly format: ExportFormat; readonly refused: string };

/**
 * A real volume all the way that people go: imported with its labels, described, frozen, and fetched in every format. Returns the volume's name in the
 * files, too.
 */
export async function publishKind(
  server: TestServer,
  owner: TestPerson,
  kind: RealKind,
  folder: string,
): Promise<{ readonly fileName: string; readonly published: readonly Published[] }> {
  const projectId = await importKind(server, owner, kind);
  const client = createTestClient(server.address, owner.cookie);
  const { id } = await client.export.create.mutate({ projectId, licence: "CC-BY-4.0" });
  const version = await untilFrozen(client, projectId, id, FREEZE_BOUND_MS);
  if (version.problem) throw new Error(`${kind.kind} was not frozen: ${JSON.stringify(version.problem)}`);
  const published: Published[] = [];
  let fileName = "";
  for (const format of exportFormats) {
    const address = `${server.address}/api/projects/${projectId}/exports/${id}/zip?format=${format}`;
    const response = await fetch(address, { headers: { cookie: owner.cookie } });
    if (!response.ok) {
      published.push({ format, refused: `${response.status} ${await response.text()}` });
      continue;
    }
    const zip = path.join(folder, `${format}.zip`);
    await writeFile(zip, Buffer.from(await response.arrayBuffer()));
    const files = await unzipTo(zip, path.join(folder, format));
    // nnU-Net's has a file of that name, too, further down.
    const [described, bytes] =
      [...files].find(
        ([name]) =>
          name.split(path.sep).at(-1) === "dataset.json" &&
          path.dirname(path.dirname(name)) === path.join(folder, format),
      ) ?? [];
    if (!described || !bytes) throw new Error(`the zip of ${format} has no dataset.json`);
    fileName = JSON.parse(bytes.toString()).volumes[0].fileName;
    const violations = await validateDataset(await folderSource(path.dirname(described)), runModel);
    published.push({
      format,
      folder: path.dirname(described),
      violations: violations.map(({ rule, where, what }) => `${rule}: ${where}: ${what}`),
    });
  }
  return { fileName, published };
}

async function importKind(server: TestServer, owner: TestPerson, kind: RealKind): Promise<string> {
  const { db } = server.services;
  const name = `Real ${kind.kind}`;
  const projectId = await server.createProject(name, [[owner, "owner"]]);
  process.env.KARYOLOOP_PASSWORD = TEST_PASSWORD;
  const { image, labels } = truthFiles(kind);
  const lines: string[] = [];
  const options = ["--server", server.address, "--email", owner.email, "--project", name, "--specimen", kind.kind];
  const answers = ["--voxel-size", kind.voxelSizeZyx.join(), "--parts", "as-numbered", "--yes"];
  const code = await runImport(
    [...options, ...answers, ...(kind.isComplete ? ["--complete"] : []), image, labels],
    (line) => lines.push(line),
  );
  const [row] = await db.select().from(volume).where(eq(volume.projectId, projectId));
  if (code !== 0 || row?.baseLabels !== "imported") throw new Error(`${kind.kind}: ${lines.join("\n")}`);
  if (!kind.isComplete) {
    const [, height, width] = row.shapeZyx;
    // Within it nothing is unknown, as far as its authors say.
    const box = { minZyx: [0, 0, 0], maxZyx: [row.shapeZyx[0], height >> 1, width] } as const;
    await db.insert(trainingBox).values({ volumeId: row.id, kind: "fully-labelled", createdBy: owner.id, ...box });
  }
  await describe(server, owner, projectId, row.id, kind);
  const stored = await storeProductModel(server.services, projectId);
  const checkpointId = await db.transaction((tx) => productCheckpoint(tx, stored));
  await db.update(project).set({ currentCheckpointId: checkpointId }).where(eq(project.id, projectId));
  return projectId;
}

async function describe(
  server: TestServer,
  owner: TestPerson,
  projectId: string,
  volumeId: string,
  kind: RealKind,
): Promise<void> {
  const client = createTestClient(server.address, owner.cookie);
  await client.publication.save.mutate({
    projectId,
    revision: 0,
    fields: {
      ...EMPTY_PUBLICATION,
      title: `Nuclei of one ${kind.kind}, outlined in three dimensions`,
      summary: `A real ${kind.kind} with the labels of its authors.`,
      creators: [
        { givenName: "Ada", familyName: "Lovelace", affiliation: "Example Institute", orcid: "0000-0002-1825-0097" },
      ],
      contact: { name: "Ada Lovelace", email: "ada@example.org" },
      keywords: ["nuclei", kind.kind],
      funding: [{ funder: "A fund", award: "7" }],
      relatedWorks: [{ identifier: "10.1234/abc", relation: "IsDocumentedBy" }],
      organisms: [kind.organism],
      specimenPreparation: "As the authors say.",
      stain: kind.stain,
      imagingMethod: kind.imagingMethod,
      acquisition: "As the authors say.",
    },
  });
  await client.publication.setOrigins.mutate({ projectId, volumeIds: [volumeId], origin: kind.origin });
}
