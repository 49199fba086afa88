import type { Metadata } from "next";
import { RequirePerson } from "../../_shell/require-person.tsx";
import { AskForVolume } from "./_editor/ask-for-volume.tsx";
import { VolumePage } from "./_editor/volume-page.tsx";

export const metadata: Metadata = { title: "Editor" };

export default async function Page(props: { params: Promise<{ volumeId: string }> }) {
  const { volumeId } = await props.params;
  return (
    <>
      <AskForVolume volumeId={volumeId} />
      <RequirePerson>
        <VolumePage volumeId={volumeId} />
      </RequirePerson>
    </>
  );
}
