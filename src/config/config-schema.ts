/** The JSON Schema of the function's own configuration, made from the table of options. */

import { configApiVersion, configKind } from "./config-object.ts";
import { literals } from "./expressions.ts";
import type { JsonSchema } from "./json-schema.ts";
import { objectSchema } from "./object-schema.ts";
import { tableReader } from "./option-row.ts";
import { optionTable } from "./options.ts";

/** The schema of a `PinDigests`: it accepts what the program accepts, as far as a schema can tell. */
export function configSchema(): JsonSchema {
  const { properties } = tableReader(optionTable(literals)).traits.schema;
  const schema = objectSchema(
    { apiVersion: configApiVersion, kind: configKind },
    "the configuration of pin-digests",
    // Checked: the reader of a table has a schema with properties.
    properties as JsonSchema,
  );
  // `mode: update` asks what tags mean now, and `lock: frozen` forbids that.
  const update = { properties: { mode: { const: "update" } }, required: ["mode"] };
  const frozen = { properties: { lock: { const: "frozen" } }, required: ["lock"] };
  return { ...schema, not: { allOf: [update, frozen] } };
}
