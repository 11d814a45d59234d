/** The JSON Schema of the results that `--format json` writes. */
import type { JsonSchema } from "../config/json-schema.ts";

/** The schema of a document of results. */
export function resultsSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Results",
    description: "what a run of pin-digests says, as `--format json` writes it",
    type: "object",
    required: ["version", "ok", "results"],
    properties: {
      version: { type: "string", description: "the version of pin-digests" },
      ok: { type: "boolean", description: "false where there is an error, and nothing was pinned" },
      results: { type: "array", items: result, description: "errors first, then warnings" },
    },
    additionalProperties: false,
  };
}

const text = { type: "string" };
const place = { type: "integer", minimum: 1 };

const result: JsonSchema = {
  type: "object",
  required: ["severity", "message"],
  properties: {
    severity: { enum: ["error", "warning", "info"] },
    message: text,
    class: { ...text, description: "the class of a check's finding: unpinned, drift, gone, …" },
    file: { ...text, description: "relative to the working directory or to the package, with slashes" },
    index: { type: "integer", minimum: 0, description: "the position of the object in a file of a list" },
    line: { ...place, description: "in the file or in the stream; absent in a list" },
    column: { ...place, description: "in UTF-16 units" },
    resource: {
      type: "object",
      required: ["apiVersion", "kind", "name"],
      properties: { apiVersion: text, kind: text, name: text, namespace: text },
      additionalProperties: false,
    },
    field: { ...text, description: "the path from the root of the object" },
    currentValue: text,
    proposedValue: text,
  },
  additionalProperties: false,
};
