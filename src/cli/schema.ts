/** What `pin-digests schema` prints. */
import { configSchema } from "../config/config-schema.ts";
import type { JsonSchema } from "../config/json-schema.ts";
import { lockSchema } from "../lock/format/lock-schema.ts";
import { resultsSchema } from "../report/results-schema.ts";
import type { SchemaName } from "./arguments.ts";

/** A JSON Schema as a text. */
export function schemaText(name: SchemaName): string {
  return `${JSON.stringify(schemas[name](), undefined, 2)}\n`;
}

const schemas: Readonly<Record<SchemaName, () => JsonSchema>> = {
  PinDigests: configSchema,
  ImageLock: lockSchema,
  Results: resultsSchema,
};
