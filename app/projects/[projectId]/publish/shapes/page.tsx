import type { Metadata } from "next";
import { ShapesPage } from "./shapes-page.tsx";

export const metadata: Metadata = { title: "Shapes" };

export default async function Page(props: { searchParams: Promise<{ version?: string | string[] }> }) {
  const { version } = await props.searchParams;
  return <ShapesPage versionId={typeof version === "string" ? version : ""} />;
}
