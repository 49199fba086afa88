import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ProblemFields } from "../../core/problem.ts";
import { type ChosenEvent, chosenEvents } from "../../core/webhook/webhook.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { eventWords } from "./webhook-view.ts";

export interface WebhookFormProps {
  readonly pending: boolean;
  readonly problem: ProblemFields | null;
  onAdd(address: string, events: ChosenEvent[]): Promise<boolean>;
}

export function WebhookForm({ pending, problem, onAdd }: WebhookFormProps) {
  const [address, setAddress] = useState("");
  const [events, setEvents] = useState<ChosenEvent[]>([...chosenEvents]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void onAdd(address, events).then((isAdded) => isAdded && setAddress(""));
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Address to tell"
          description="It begins with https://, and is on the public internet; an administrator can allow servers of your own network"
          placeholder="https://hooks.example.org/karyoloop"
          type="url"
          required
          maxLength={1000}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Checkbox.Group label="When" value={events} onChange={(values) => setEvents(values as ChosenEvent[])}>
          <Stack gap="xs" mt={4}>
            {chosenEvents.map((event) => (
              <Checkbox key={event} value={event} {...eventWords[event]} />
            ))}
          </Stack>
        </Checkbox.Group>
        {problem && <ProblemAlert problem={problem} />}
        <Group>
          <Button type="submit" loading={pending} disabled={address.trim() === "" || events.length === 0}>
            Add it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
