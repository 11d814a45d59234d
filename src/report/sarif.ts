/**
 * Results in the Static Analysis Results Interchange Format.
 *
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import { createHash } from "node:crypto";
import type { Result, Severity } from "../krm/result.ts";

/** Writes results as a SARIF log of one run, the same for the same results. */
export function sarifLog(results: readonly Result[], version: string): string {
  const ids = Object.keys(rules);
  const driver = {
    name: "pin-digests",
    version,
    rules: Object.entries(rules).map(([id, text]) => ({ id, shortDescription: { text } })),
  };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver },
        columnKind: "utf16CodeUnits",
        results: results.map((result) => {
          const ruleId = ruleOf(result);
          return {
            ruleId,
            ruleIndex: ids.indexOf(ruleId),
            level: levels[result.severity],
            message: { text: result.message },
            ...locationsOf(result),
            partialFingerprints: { "pinDigests/v1": fingerprint(ruleId, result) },
          };
        }),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

const rules = {
  unpinned: "An image has no digest",
  drift: "A tag means another digest than the one that is written",
  gone: "The registry no longer has a digest that is written",
  unlocked: "An image is not in the lock",
  unreachable: "A registry could not be asked",
  "wrong-tag": "A digest is that of another tag",
  platform: "An image lacks a platform",
  other: "Something else is to be known of an image or of the configuration",
} as const satisfies Record<string, string>;

const levels = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;

function ruleOf({ tags }: Result): string {
  const name = tags?.class ?? "";
  return Object.hasOwn(rules, name) ? name : "other";
}

function locationsOf({ file, resourceRef, field }: Result): object {
  const names = [resourceRef && refName(resourceRef), field?.path].filter(Boolean);
  if (file === undefined && names.length === 0) return {};
  const physical = file && {
    // A path of a list, not an address: what it holds besides slashes is encoded.
    artifactLocation: { uri: file.path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
  };
  return {
    locations: [
      {
        ...(physical && { physicalLocation: physical }),
        ...(names.length > 0 && {
          logicalLocations: [{ fullyQualifiedName: names.join(" "), kind: "member" }],
        }),
      },
    ],
  };
}

function refName({ apiVersion, kind, namespace, name }: NonNullable<Result["resourceRef"]>): string {
  return [apiVersion, kind, namespace, name].filter(Boolean).join("/");
}

/** The same while the same field has the same trouble, whatever digest it is about. */
function fingerprint(ruleId: string, { file, resourceRef, field, message }: Result): string {
  const image = field?.currentValue?.replace(/@.*$/, "") ?? (field === undefined ? message : "");
  const ref = resourceRef === undefined ? "" : refName(resourceRef);
  const parts = [ruleId, file?.path ?? "", ref, field?.path ?? "", image];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
