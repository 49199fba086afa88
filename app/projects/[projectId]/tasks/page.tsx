import type { Metadata } from "next";
import { ProjectTasks } from "./project-tasks.tsx";

export const metadata: Metadata = { title: "Tasks" };

export default function TasksPage() {
  return <ProjectTasks />;
}
