import type { Metadata } from "next";
import { headers } from "next/headers";
import { preload } from "react-dom";
import { RequirePerson } from "../../_shell/require-person.tsx";
import { firstQuestionUrl } from "../../_trpc/first-question.ts";
import { AskForVolume } from "./_editor/ask-for-volume.tsx";
import { VolumePage } from "./_editor/volume-page.tsx";

export const metadata: Metadata = { title: "Editor" };

export default async function Page(props: { params: Promise<{ volumeId: string }> }) {
  const { volumeId } = await props.params;
  // A page reached by a click knows the person already and asks less.
  const isDocument = (await headers()).get("accept")?.includes("text/html");
  if (isDocument) preload(firstQuestionUrl(volumeId), { as: "fetch", crossOrigin: "anonymous" });
  return (
    <>
      <AskForVolume volumeId={volumeId} />
      <RequirePerson>
        <VolumePage volumeId={volumeId} />
      </RequirePerson>
    </>
  );
}
