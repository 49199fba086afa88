import type { Metadata } from "next";
import { ProjectDashboard } from "./project-dashboard.tsx";

export const metadata: Metadata = { title: "Dashboard" };

export default function Page() {
  return <ProjectDashboard />;
}
