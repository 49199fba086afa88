import { Badge, Button, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { momentWords } from "../ui/moment-words.ts";
import { deliveryWords, eventWord, type ShownWebhook } from "./webhook-view.ts";

export interface WebhookCardProps {
  readonly webhook: ShownWebhook;
  readonly testing: boolean;
  onTest(): void;
  onRemove(): void;
}

const colors = { delivered: "teal", waiting: "blue", failed: "red" } as const;

/** An address, what it is told of, and what became of the last messages. */
export function WebhookCard({ webhook, testing, onTest, onRemove }: WebhookCardProps) {
  const { address, events, deliveries } = webhook;
  return (
    <Paper withBorder p="md" component="article" aria-label={`Webhook to ${address}`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Text fw={600} style={{ overflowWrap: "anywhere" }}>
              {address}
            </Text>
            <Text size="sm" c="dimmed">
              Told of: {events.map(eventWord).join(", ")}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            <Button size="compact-sm" variant="default" loading={testing} onClick={onTest}>
              Send a test
            </Button>
            <Button size="compact-sm" variant="subtle" color="red" onClick={onRemove}>
              Remove
            </Button>
          </Group>
        </Group>
        {deliveries.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing was sent yet.
          </Text>
        ) : (
          <Table.ScrollContainer minWidth={480} maxHeight={260}>
            <Table fz="sm" verticalSpacing={4}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>When</Table.Th>
                  <Table.Th>What</Table.Th>
                  <Table.Th>Outcome</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {deliveries.map((delivery) => (
                  <Table.Tr key={delivery.id}>
                    <Table.Td>{momentWords(delivery.createdAt.getTime())}</Table.Td>
                    <Table.Td>{eventWord(delivery.event)}</Table.Td>
                    <Table.Td>
                      <Badge color={colors[delivery.state]} variant="light" tt="none" mr={6}>
                        {delivery.state}
                      </Badge>
                      {deliveryWords(delivery, (at) => momentWords(at.getTime()))}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Stack>
    </Paper>
  );
}
