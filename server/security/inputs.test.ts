import { describe, expect, it } from "vitest";
import { z } from "zod";
import { maxInputBytes } from "../http/trpc-route.ts";
import { appRouter } from "../root.ts";

/** Every input of every procedure is bounded: walked as the JSON Schema that zod makes of it. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Walked {
  readonly unbounded: readonly string[];
  /** Of the longest honest input as JSON; a UTF-16 unit takes up to three bytes. */
  readonly bytes: number;
}

const sum = (parts: readonly Walked[]): Walked => ({
  unbounded: parts.flatMap(({ unbounded }) => unbounded),
  bytes: parts.reduce((bytes, part) => bytes + part.bytes + 1, 2),
});

/** An anchored pattern without `*`, `+` or `{n,}` holds a text as well as a length does. */
const boundsLength = (pattern: string | undefined): boolean =>
  pattern !== undefined && /^\^.*\$$/.test(pattern) && !/[^\\][*+]|\{\d+,\}/.test(pattern.replace(/\[[^\]]*\]/g, "x"));

function walk(schema: Schema, at: string): Walked {
  const unbounded = (): Walked => ({ unbounded: [at], bytes: 0 });
  if (schema.enum || schema.const !== undefined) return { unbounded: [], bytes: 100 };
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const walked = choices.map((one) => walk(one, at));
    return { unbounded: walked.flatMap((one) => one.unbounded), bytes: Math.max(...walked.map(({ bytes }) => bytes)) };
  }
  if (schema.allOf) return sum(schema.allOf.map((one) => walk(one, at)));
  if (schema.type === "null" || schema.type === "boolean") return { unbounded: [], bytes: 5 };
  if (schema.type === "integer" || schema.type === "number") {
    const low = schema.minimum ?? schema.exclusiveMinimum;
    const high = schema.maximum ?? schema.exclusiveMaximum;
    return low === undefined || high === undefined ? unbounded() : { unbounded: [], bytes: 24 };
  }
  if (schema.type === "string") {
    if (schema.format === "uuid" || boundsLength(schema.pattern)) return { unbounded: [], bytes: 200 };
    return schema.maxLength === undefined ? unbounded() : { unbounded: [], bytes: 3 * schema.maxLength + 2 };
  }
  if (schema.type === "array") {
    if (schema.prefixItems && !schema.items) return sum(schema.prefixItems.map((one, i) => walk(one, `${at}[${i}]`)));
    if (schema.maxItems === undefined || !schema.items) return unbounded();
    const each = walk(schema.items, `${at}[]`);
    return { unbounded: each.unbounded, bytes: schema.maxItems * (each.bytes + 1) };
  }
  if (schema.type === "object" && schema.properties && typeof schema.additionalProperties !== "object")
    return sum(Object.entries(schema.properties).map(([key, one]) => walk(one, at ? `${at}.${key}` : key)));
  return unbounded();
}

/** A date is sent as a text of 24 characters; superjson says beside it what it is. */
const DATE = { type: "string", maxLength: 24 } as const;

const walkZod = (schema: z.ZodType): Walked =>
  walk(
    z.toJSONSchema(schema, {
      io: "input",
      unrepresentable: "any",
      target: "draft-2020-12",
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema._zod.def.type === "date") Object.assign(jsonSchema, DATE);
      },
    }) as Schema,
    "",
  );

interface Procedure {
  readonly _def: { readonly inputs: readonly z.ZodType[] };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);

it("finds what is unbounded", () => {
  const bounded = z.object({
    id: z.uuid(),
    text: z.string().max(10),
    list: z.array(z.int().min(0).max(3)).max(2),
    colour: z.string().regex(/^#[0-9a-f]{6}$/),
    pair: z.tuple([z.number().gt(0).lt(1), z.enum(["a"]).nullable()]),
  });
  expect(walkZod(bounded).unbounded).toEqual([]);
  const wild = bounded.extend({
    text: z.string(),
    list: z.array(z.string().max(3)),
    deep: z.object({ number: z.number().min(0), any: z.unknown(), record: z.record(z.string(), z.boolean()) }),
    colour: z.string().regex(/^#[0-9a-f]+$/),
    choice: z.union([z.string().max(2), z.number()]),
  });
  expect([...walkZod(wild).unbounded].sort()).toEqual(
    ["choice", "colour", "deep.any", "deep.number", "deep.record", "list", "text"].sort(),
  );
});

describe.each(procedures)("%s", (path, { _def }) => {
  it("bounds every text, list and number, and fits the bound of its body", () => {
    const walked = sum(_def.inputs.map(walkZod));
    expect(walked.unbounded).toEqual([]);
    expect(walked.bytes).toBeLessThanOrEqual(maxInputBytes(path));
  });
});
