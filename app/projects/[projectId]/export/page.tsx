import type { Metadata } from "next";
import { ExportPage } from "./export-page.tsx";

export const metadata: Metadata = { title: "Export" };

export default function Page() {
  return <ExportPage />;
}
