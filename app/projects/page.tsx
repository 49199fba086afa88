import type { Metadata } from "next";
import { PageShell } from "../_shell/page-shell.tsx";
import { ProjectList } from "./project-list.tsx";

export const metadata: Metadata = { title: "Projects" };

export default function ProjectsPage() {
  return (
    <PageShell crumbs={[{ label: "Projects" }]}>
      <ProjectList />
    </PageShell>
  );
}
