import type { Metadata } from "next";
import type { VoxelBox } from "../../../../core/volume/voxel-space.ts";
import { ProjectStudies } from "./project-studies.tsx";

export const metadata: Metadata = { title: "Agreement" };

export default async function AgreementPage(props: {
  searchParams: Promise<{ volume?: string | string[]; box?: string | string[] }>;
}) {
  const { volume, box } = await props.searchParams;
  return (
    <ProjectStudies
      firstVolumeId={typeof volume === "string" ? volume : ""}
      firstBox={typeof box === "string" ? boxOfText(box) : null}
    />
  );
}

/** `z,y,x,z,y,x`, as the editor writes it; null where somebody typed something else. */
function boxOfText(text: string): VoxelBox | null {
  const parts = text.split(",").map(Number);
  if (parts.length !== 6 || !parts.every((part) => Number.isSafeInteger(part) && part >= 0)) return null;
  return { minZyx: [parts[0], parts[1], parts[2]], maxZyx: [parts[3], parts[4], parts[5]] };
}
