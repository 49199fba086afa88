import { Badge, Code, Group, Stack, Table, Text, Title } from "@mantine/core";
import type { ListedOperation, Operation, Schema } from "./api-document.ts";
import { typeWords } from "./api-document.ts";

const schemaIn = (content: Operation["responses"][string]["content"]): Schema | undefined =>
  Object.values(content ?? {})[0]?.schema;

/** One route: what it does, what it takes, what it answers. */
export function OperationCard({ method, path, operation }: ListedOperation) {
  const { parameters, requestBody, responses } = operation;
  const [status, answer] = Object.entries(responses).find(([code]) => code.startsWith("2")) ?? ["", null];
  const body = schemaIn(requestBody?.content);
  const said = schemaIn(answer?.content);
  return (
    <Stack component="article" gap={6} id={operation.operationId} aria-labelledby={`${operation.operationId}-title`}>
      <Title order={3} size="h5" id={`${operation.operationId}-title`}>
        {operation.summary}
      </Title>
      <Group gap="xs">
        <Badge variant="light" radius="sm">
          {method}
        </Badge>
        <Code style={{ overflowWrap: "anywhere" }}>{path}</Code>
      </Group>
      {operation.description && <Text size="sm">{operation.description}</Text>}
      {parameters.length > 0 && (
        <Fields
          caption="In the address"
          rows={parameters.map(({ name, required, description, schema }) => ({
            name,
            words: typeWords(schema),
            note: [description, !required && "may be left out"].filter(Boolean).join("; "),
          }))}
        />
      )}
      {requestBody && (
        <Text size="sm">
          Takes: {body?.$ref ? <SchemaLink schema={body} /> : <Code>{Object.keys(requestBody.content)[0]}</Code>}
        </Text>
      )}
      <Text size="sm">
        Answers {status}:{" "}
        {said ? <SchemaLink schema={said} /> : Object.keys(answer?.content ?? {}).join(" or ") || "nothing"}
      </Text>
    </Stack>
  );
}

function SchemaLink({ schema }: { schema: Schema }) {
  const named = schema.$ref ?? (schema.items ? schema.items.$ref : undefined);
  const name = named?.split("/").at(-1);
  if (!name) return <Code>{typeWords(schema)}</Code>;
  return (
    <>
      {schema.items && "list of "}
      <a href={`#schema-${name}`}>{name}</a>
    </>
  );
}

/** The fields of a shape, those within others under their names with dots. */
export function SchemaCard({ name, schema }: { name: string; schema: Schema }) {
  return (
    <Stack component="article" gap={6} id={`schema-${name}`} aria-labelledby={`schema-${name}-title`}>
      <Title order={3} size="h5" id={`schema-${name}-title`}>
        {name}
      </Title>
      {schema.description && <Text size="sm">{schema.description}</Text>}
      <Fields caption={`Fields of ${name}`} rows={fieldsOf(schema, "")} />
    </Stack>
  );
}

interface FieldRow {
  readonly name: string;
  readonly words: string;
  readonly note: string;
}

const inner = (schema: Schema): Schema | null => {
  if (schema.properties) return schema;
  if (schema.items) return inner(schema.items);
  return schema.anyOf?.map(inner).find(Boolean) ?? null;
};

function fieldsOf(schema: Schema, prefix: string): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const within = inner(field);
    const row = {
      name: prefix + name,
      words: within ? (field.type === "array" ? "list" : "object") : typeWords(field),
      note: [field.description, !schema.required?.includes(name) && "may be left out"].filter(Boolean).join("; "),
    };
    return within ? [row, ...fieldsOf(within, `${prefix}${name}.`)] : [row];
  });
}

function Fields({ caption, rows }: { caption: string; rows: readonly FieldRow[] }) {
  if (rows.length === 0) return null;
  return (
    <Table.ScrollContainer minWidth={400}>
      <Table withTableBorder aria-label={caption}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{caption}</Table.Th>
            <Table.Th scope="col">Is</Table.Th>
            <Table.Th scope="col">Says</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ name, words, note }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={500}>
                <Code>{name}</Code>
              </Table.Th>
              <Table.Td>{words}</Table.Td>
              <Table.Td>{note}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
