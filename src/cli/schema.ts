/** What `pin-digests schema` prints. */
import { configSchema } from "../config/config-schema.ts";
import { lockSchema } from "../lock/format/lock-schema.ts";
import type { SchemaName } from "./arguments.ts";

/** A JSON Schema as a text. */
export function schemaText(name: SchemaName): string {
  const schema = name === "PinDigests" ? configSchema() : lockSchema();
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
