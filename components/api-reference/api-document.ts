/** The parts of an OpenAPI 3.1 document that the page shows. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly const?: unknown;
  readonly format?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface ApiDocument {
  readonly info: { readonly description: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface ListedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** HEAD answers what GET does, without its body: it is not shown beside it. */
export const operationsOf = ({ paths }: ApiDocument, tag: string): ListedOperation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { tags }]) => tags.includes(tag) && method !== "head")
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** What a value is, in a few words. */
export function typeWords({
  $ref,
  type,
  enum: values,
  format,
  items,
  prefixItems,
  anyOf,
  minimum,
  maximum,
}: Schema): string {
  if ($ref) return $ref.split("/").at(-1) ?? "";
  if (anyOf) return anyOf.map(typeWords).join(" or ");
  if (values) return values.map((one) => JSON.stringify(one)).join(" | ");
  if (prefixItems) return `[${prefixItems.map(typeWords).join(", ")}]`;
  if (type === "array" && items) return `list of ${typeWords(items)}`;
  const bounds = type === "integer" && minimum !== undefined && maximum !== undefined && maximum < 1e9;
  return [Array.isArray(type) ? type.join(" or ") : type, format, bounds && `${minimum} to ${maximum}`]
    .filter(Boolean)
    .join(", ");
}
