import { z } from "zod";
import { scopeOfRole } from "../../core/token-scope.ts";
import { software } from "../export/software-version.ts";
import type { ApiRoute, EndpointDoc } from "./endpoint.ts";
import { problem } from "./shapes.ts";

type Json = Record<string, unknown>;

/** Shapes with an `id` stand once among the components, under that name. */
class Components {
  readonly schemas: Record<string, Json> = {};

  of(schema: z.ZodType, io: "input" | "output"): Json {
    const { id } = schema.meta() ?? {};
    const made = this.#plain(schema, io);
    if (typeof id !== "string") return made;
    this.schemas[id] = made;
    return { $ref: `#/components/schemas/${id}` };
  }

  #plain(schema: z.ZodType, io: "input" | "output"): Json {
    // A list of a named shape refers to it.
    if (schema instanceof z.ZodArray && (schema.element as z.ZodType).meta()?.id)
      return { type: "array", items: this.of(schema.element as z.ZodType, io) };
    const {
      $schema: _,
      id: _id,
      ...made
    } = z.toJSONSchema(schema, {
      io,
      reused: "inline",
      metadata: z.registry<object>(),
      override({ zodSchema, jsonSchema }) {
        const { description } = (zodSchema as unknown as z.ZodType).meta() ?? {};
        if (description) jsonSchema.description = description;
        // Answers gain fields within a version.
        if (io === "output") delete jsonSchema.additionalProperties;
        sayOnce(jsonSchema);
      },
    });
    return made;
  }
}

/** A tuple of the same thing, such as z, y, x, as an array of a length: what makes clients and judges of OpenAPI knows that one better. */
function sayOnce(schema: Json): void {
  const { prefixItems } = schema;
  if (!Array.isArray(prefixItems) || new Set(prefixItems.map((part) => JSON.stringify(part))).size !== 1) return;
  delete schema.prefixItems;
  Object.assign(schema, { items: prefixItems[0], minItems: prefixItems.length, maxItems: prefixItems.length });
}

const everyAnswer: Readonly<Record<number, string>> = {
  400: "What was sent cannot be taken",
  401: "No token, or one that is wrong, ended or taken back",
  403: "The token or the person's role does not allow it",
  404: "There is nothing here, or the token does not open it",
  429: "Too much in a short time: Retry-After says when to go on",
  500: "Something went wrong on the server",
};
const others: Readonly<Record<number, string>> = {
  206: "The part that was asked for",
  304: "It is as it was",
  408: "The body did not come in time",
  409: "It is not ready",
  413: "The body is too large",
  415: "The body is of another type",
  416: "There is no such part",
  422: "It cannot be done, and why",
  503: "A part of the server is starting: ask again",
  507: "The disk of the server is full",
};

/** `/api/v1/a/:b/*` as OpenAPI writes it. */
export const documentedPath = (path: string): string => path.replace(/:(\w+)/g, "{$1}").replace(/\*$/, "{path}");

export function openApiDocument(routes: readonly ApiRoute[], serverUrl: string): Json {
  const components = new Components();
  const problemRef = components.of(problem, "output");
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = documentedPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, components, problemRef) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Karyoloop",
      version: `1 (${software.version})`,
      description:
        "Images, labels, questions, trainings and frozen versions for programs of people. A token is made on the page of the account; it does no more than its person may. Arrays are OME-Zarr 0.5, axes z, y, x. Within version 1 fields are added and never taken away.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: serverUrl }],
    security: [{ token: [] }],
    tags: [...new Set(routes.map(({ doc }) => doc.group))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "Authorization: Bearer karyoloop_…" } },
    },
  };
}

function operation({ method, path, access, doc }: ApiRoute, components: Components, problemRef: Json): Json {
  const role = access.kind === "token" ? access.role : null;
  const needs =
    role &&
    `Needs a token that may ${scopeOfRole[role]}${role === "viewer" ? "" : `, of a person with the role ${role}`}.`;
  const statuses = [
    ...Object.keys(everyAnswer).map(Number),
    ...(doc.body ? [413, 415] : []),
    ...(doc.answer.json ? [422, 503] : []),
    ...(doc.statuses ?? []),
  ];
  const said = { ...everyAnswer, ...others };
  const withoutBody = method === "HEAD";
  return {
    operationId: doc.id,
    tags: [doc.group],
    summary: doc.summary,
    description: [doc.more, needs].filter(Boolean).join(" "),
    parameters: parametersOf(path, doc, components),
    ...(doc.body && {
      requestBody: {
        // Of bytes there may be none: a piece without any asks how far its upload is.
        required: doc.body !== "bytes",
        content:
          doc.body === "bytes"
            ? {
                "application/octet-stream": {
                  schema: { type: "string", contentMediaType: "application/octet-stream" },
                },
              }
            : { "application/json": { schema: components.of(doc.body, "input") } },
      },
    }),
    responses: {
      [doc.answer.status]: { description: "Done", ...(!withoutBody && { content: contentOf(doc, components) }) },
      ...Object.fromEntries(
        [...new Set(statuses)].map((status) => [
          status,
          {
            description: said[status],
            ...(status >= 400 && !withoutBody && (doc.answer.media === undefined || status !== 404)
              ? { content: { "application/json": { schema: problemRef } } }
              : {}),
          },
        ]),
      ),
    },
  };
}

const contentOf = ({ answer }: EndpointDoc, components: Components): Json =>
  answer.json
    ? { "application/json": { schema: components.of(answer.json, "output") } }
    : Object.fromEntries((answer.media ?? []).map((type) => [type, {}]));

function parametersOf(path: string, { query, rest }: EndpointDoc, components: Components): Json[] {
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", format: "uuid" },
  }));
  const star = rest
    ? [{ name: "path", in: "path", required: true, description: rest, schema: { type: "string" } }]
    : [];
  const asked = query ? components.of(query, "input") : {};
  const required = (asked.required ?? []) as string[];
  const behind = Object.entries((asked.properties ?? {}) as Record<string, Json>).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(typeof schema.description === "string" && { description: schema.description }),
    schema,
  }));
  return [...named, ...star, ...behind];
}
