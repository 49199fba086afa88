import type { ReactNode } from "react";
import { ProjectFrame } from "./_project/project-frame.tsx";

export default async function ProjectLayout(props: { children: ReactNode; params: Promise<{ projectId: string }> }) {
  const { projectId } = await props.params;
  return <ProjectFrame projectId={projectId}>{props.children}</ProjectFrame>;
}
