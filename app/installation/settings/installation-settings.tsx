"use client";
import { Radio, Skeleton, Stack, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ProblemAlert } from "../../../components/ui/problem-alert.tsx";
import { Section } from "../../../components/ui/section.tsx";
import { problemOfError } from "../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../_trpc/trpc.ts";
import { NumberSetting } from "./number-setting.tsx";
import { Storage } from "./storage.tsx";
import { TextSetting } from "./text-setting.tsx";
import { type ShownSettings, useChangeSettings } from "./use-change-settings.ts";

const makers: readonly { value: ShownSettings["projectMakers"]; label: string; description: string }[] = [
  {
    value: "everybody",
    label: "Everybody with an account",
    description: "Whoever was invited once may start projects",
  },
  { value: "members", label: "Members of a project", description: "Whoever belongs to one may start further ones" },
  { value: "administrators", label: "Administrators", description: "Others ask one, or are invited" },
];

export function InstallationSettings() {
  const trpc = useTRPC();
  const settings = useQuery(trpc.installation.settings.queryOptions());
  return (
    <Stack gap="lg">
      {settings.error && (
        <ProblemAlert problem={problemOfError(settings.error)} onRetry={() => void settings.refetch()} />
      )}
      {settings.isPending && <Skeleton h={320} />}
      {settings.data && <SettingsForms settings={settings.data} />}
      <Storage />
    </Stack>
  );
}

function SettingsForms({ settings }: { settings: ShownSettings }) {
  const save = useChangeSettings();
  const saves = (setting: keyof ShownSettings): boolean =>
    save.isPending && save.variables !== undefined && setting in save.variables;
  const chosen = (saves("projectMakers") && save.variables?.projectMakers) || settings.projectMakers;
  return (
    <Section title="Settings" text="Each is saved by itself and holds for everybody at once.">
      <Stack gap="md">
        {save.error && <ProblemAlert problem={problemOfError(save.error)} />}
        <Radio.Group
          label="Who may make projects"
          value={chosen}
          onChange={(value) => save.mutate({ projectMakers: value as ShownSettings["projectMakers"] })}
        >
          <Stack gap="xs" mt={6}>
            {makers.map((one) => (
              <Radio key={one.value} {...one} />
            ))}
          </Stack>
        </Radio.Group>
        <Switch
          label="Administrators need a second factor"
          description="An administrator without one may do nothing here but set it up"
          checked={settings.administratorsNeedTwoFactor}
          disabled={save.isPending}
          onChange={(event) => save.mutate({ administratorsNeedTwoFactor: event.currentTarget.checked })}
        />
        <Switch
          label="New projects begin by themselves"
          description="Nuclei are proposed right after an import, by the model that comes with the product, and a first round of a minute starts at five labelled nuclei. Owners may change it for their project"
          checked={settings.autoBegin}
          disabled={save.isPending}
          onChange={(event) => save.mutate({ autoBegin: event.currentTarget.checked })}
        />
        <NumberSetting
          key={`person ${settings.personQuotaGb}`}
          label="Room for each person"
          description="What somebody has uploaded, in all projects together"
          unit="GB"
          emptyMeans="no bound"
          min={0.001}
          max={1_000_000}
          value={settings.personQuotaGb}
          saving={saves("personQuotaGb")}
          onSave={(personQuotaGb) => save.mutate({ personQuotaGb })}
        />
        <NumberSetting
          key={`project ${settings.projectQuotaGb}`}
          label="Room for each project"
          description="The images of one project"
          unit="GB"
          emptyMeans="no bound"
          min={0.001}
          max={1_000_000}
          value={settings.projectQuotaGb}
          saving={saves("projectQuotaGb")}
          onSave={(projectQuotaGb) => save.mutate({ projectQuotaGb })}
        />
        <NumberSetting
          key={`audit ${settings.auditDays}`}
          label="Keep “Who did what” for"
          description="Older rows are deleted; 30 days at least"
          unit="days"
          whole
          min={30}
          max={3650}
          value={settings.auditDays}
          saving={saves("auditDays")}
          onSave={(auditDays) => auditDays !== null && save.mutate({ auditDays })}
        />
        <NumberSetting
          key={`history ${settings.labelHistoryDays}`}
          label="Keep the history of labels for"
          description="So long each stroke can be undone; older ones stay as they are"
          unit="days"
          whole
          min={1}
          max={3650}
          value={settings.labelHistoryDays}
          saving={saves("labelHistoryDays")}
          onSave={(labelHistoryDays) => labelHistoryDays !== null && save.mutate({ labelHistoryDays })}
        />
        <TextSetting
          key={`hosts ${settings.privateImportHosts}`}
          label="Servers of your own network"
          description="Volumes may be fetched from them, without https too. All other addresses have to be public"
          placeholder="data.lab.example.org, 10.1.2.3"
          maxLength={200}
          value={settings.privateImportHosts}
          saving={saves("privateImportHosts")}
          onSave={(privateImportHosts) => save.mutate({ privateImportHosts })}
        />
        <TextSetting
          key={`webhooks ${settings.privateWebhookHosts}`}
          label="Servers of your own network that may be told of events"
          description="Owners of projects give addresses to webhooks; those of these servers too, also without https. All other addresses have to be public"
          placeholder="hooks.lab.example.org"
          maxLength={200}
          value={settings.privateWebhookHosts}
          saving={saves("privateWebhookHosts")}
          onSave={(privateWebhookHosts) => save.mutate({ privateWebhookHosts })}
        />
        <TextSetting
          key={`origins ${settings.apiOrigins}`}
          label="Sites whose pages may use the API"
          description="Viewers in a browser, such as Neuroglancer, ask from their own address. Exact ones; with a token, never with a cookie"
          placeholder="https://neuroglancer-demo.appspot.com"
          maxLength={1000}
          value={settings.apiOrigins}
          saving={saves("apiOrigins")}
          onSave={(apiOrigins) => save.mutate({ apiOrigins })}
        />
      </Stack>
    </Section>
  );
}
