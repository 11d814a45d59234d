/** The JSON Schema of locks. */
import type { JsonSchema } from "../../config/json-schema.ts";
import { objectSchema } from "../../config/object-schema.ts";
import { platform } from "../../config/platform-option.ts";
import { EVIDENCE_MAX } from "./evidence.ts";
import { lockApiVersion } from "./image-lock.ts";

const DIGEST = "^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$";

/** The schema of an `ImageLock`: it accepts what the program accepts, as far as a schema can tell. */
export function lockSchema(): JsonSchema {
  const images = {
    type: ["object", "null"],
    description: "which digest each image meant, by the image as it is written before it has one",
    propertyNames: { pattern: "^[^@\\s]+$" },
    additionalProperties: {
      type: "object",
      required: ["digest"],
      properties: {
        digest: {
          type: "string",
          pattern: DIGEST,
          description: "what the image meant when it was resolved",
        },
        platform: {
          ...platform.traits.schema,
          description: "where the digest is that of the image for one platform",
        },
        platforms: {
          type: "array",
          items: platform.traits.schema,
          description: "the platforms that the image has, where somebody looked",
        },
        next: {
          type: "object",
          required: ["digest", "seen"],
          properties: {
            digest: { type: "string", pattern: DIGEST },
            seen: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$" },
          },
          description: "where minAge holds back what the tag means by now: that, and since when it was seen",
        },
        evidence: {
          type: "array",
          maxItems: EVIDENCE_MAX,
          items: {
            type: "object",
            oneOf: [{ required: ["bundle"] }, { required: ["sha256"], maxProperties: 1 }],
            properties: {
              bundle: { type: "object" },
              payload: { type: "string" },
              index: { type: "string" },
              sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
            },
            additionalProperties: false,
          },
          description: "where rules want signatures, what vouches for the digest, as a run has written it",
        },
      },
    },
  };
  const schema = objectSchema(
    { apiVersion: lockApiVersion, kind: "ImageLock" },
    "the digests that travel with a package",
    { images },
  );
  return { ...schema, additionalProperties: true };
}
