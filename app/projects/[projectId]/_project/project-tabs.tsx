"use client";
import { Badge, Group, Tabs, Title } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { roleWords } from "../../../_shell/role-words.ts";
import type { ShownProject } from "./project-context.ts";

interface Tab {
  readonly path: string;
  readonly label: string;
  /** Shown to owners only. */
  readonly forOwner?: boolean;
}

const tabs: readonly Tab[] = [
  { path: "", label: "Overview" },
  { path: "/dashboard", label: "Dashboard" },
  { path: "/tasks", label: "Tasks" },
  { path: "/agreement", label: "Agreement" },
  { path: "/guidelines", label: "Guidelines" },
  { path: "/people", label: "People" },
  { path: "/publish", label: "Publish" },
  { path: "/settings", label: "Settings", forOwner: true },
];

export function ProjectTabs({ project }: { project: ShownProject }) {
  const pathname = usePathname();
  const home = `/projects/${project.id}`;
  const rest = pathname.slice(home.length);
  const shown = tabs.filter((tab) => !tab.forOwner || project.role === "owner");
  return (
    <div>
      <Group gap="sm" mb="xs" wrap="nowrap">
        <Title order={1} size="h2" lineClamp={1}>
          {project.name}
        </Title>
        <Badge variant="light" color="gray" tt="none" title={`You are ${project.role}: ${roleWords[project.role]}`}>
          {project.role}
        </Badge>
      </Group>
      <Tabs
        value={
          shown.find((tab) => tab.path === rest || (tab.path !== "" && rest.startsWith(`${tab.path}/`)))?.label ?? null
        }
      >
        <Tabs.List aria-label="Parts of the project">
          {shown.map((tab) => (
            <Tabs.Tab
              key={tab.path}
              value={tab.label}
              renderRoot={(props) => <Link href={`${home}${tab.path}`} {...props} />}
            >
              {tab.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
    </div>
  );
}
