/** The JSON Schemas of objects. */
import type { JsonSchema } from "./json-schema.ts";

/** The schema of an object of Kubernetes with fields of its own beside those that all have. */
export function objectSchema(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  description: string,
  properties: JsonSchema,
): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: kind,
    description,
    type: "object",
    required: ["apiVersion", "kind"],
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: { description: "the name of the object, its labels and annotations" },
      ...properties,
    },
    additionalProperties: false,
  };
}
