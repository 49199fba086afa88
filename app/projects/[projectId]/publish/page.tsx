import type { Metadata } from "next";
import { PublishPage } from "./publish-page.tsx";

export const metadata: Metadata = { title: "Publish" };

export default function Page() {
  return <PublishPage />;
}
