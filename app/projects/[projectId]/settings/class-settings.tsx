"use client";
import { Button, Skeleton, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { type ClassFields, ClassRow } from "./class-row.tsx";

/** Okabe and Ito's colours: told apart by people who see fewer colours, and by brightness. */
const PALETTE = ["#56b4e9", "#e69f00", "#cc79a7", "#009e73", "#f0e442", "#d55e00", "#0072b2", "#999999", "#ffffff"];
const KEYS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

export function ClassSettings() {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [adding, setAdding] = useState(false);
  const classes = useQuery(trpc.nucleusClass.list.queryOptions({ projectId }));
  const onSuccess = () => {
    setAdding(false);
    return queryClient.invalidateQueries({ queryKey: trpc.nucleusClass.pathKey() });
  };
  const create = useMutation(trpc.nucleusClass.create.mutationOptions({ onSuccess }));
  const update = useMutation(trpc.nucleusClass.update.mutationOptions({ onSuccess }));
  const remove = useMutation(trpc.nucleusClass.remove.mutationOptions({ onSuccess }));
  const error = classes.error ?? create.error ?? update.error ?? remove.error;
  const freeKey = KEYS.find((key) => !classes.data?.some((one) => one.numberKey === key));
  const fresh: ClassFields = { name: "", numberKey: freeKey ?? 9, color: PALETTE[(freeKey ?? 9) - 1] };
  return (
    <Section
      title="Nucleus classes"
      text="In the editor the number key gives the selected nucleus its class."
      action={
        freeKey && !adding ? (
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
            Add a class
          </Button>
        ) : undefined
      }
    >
      {error && <ProblemAlert problem={problemOfError(error)} />}
      {classes.isPending && <Skeleton h={80} />}
      {classes.data?.length === 0 && !adding && (
        <Text size="sm" c="dimmed">
          No classes: every nucleus is just a nucleus. Add one to tell kinds apart.
        </Text>
      )}
      <Table>
        <Table.Tbody>
          {classes.data?.map(({ id: classId, ...fields }) => (
            <ClassRow
              key={`${classId} ${fields.name} ${fields.numberKey} ${fields.color}`}
              fields={fields}
              onSave={(changed) => update.mutate({ projectId, classId, fields: changed })}
              onRemove={() => remove.mutate({ projectId, classId })}
            />
          ))}
          {adding && (
            <ClassRow
              fields={fresh}
              isNew
              onSave={(fields) => create.mutate({ projectId, fields })}
              onRemove={() => setAdding(false)}
            />
          )}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
