import type { Metadata } from "next";
import { Overview } from "./_overview/overview.tsx";

export const metadata: Metadata = { title: "Project" };

export default function ProjectPage() {
  return <Overview />;
}
