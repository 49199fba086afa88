import type { Metadata } from "next";
import { StudyPage } from "./study-page.tsx";

export const metadata: Metadata = { title: "Agreement" };

export default async function Page(props: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await props.params;
  return <StudyPage studyId={studyId} />;
}
