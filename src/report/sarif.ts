/**
 * Results in the Static Analysis Results Interchange Format.
 *
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { formatPlace, formatRef, placed, type Result, type Severity } from "../krm/result.ts";
import { printable, printableJson } from "../text/printable.ts";

/** What results came from. */
export interface SarifRun {
  /** The version of this program. */
  readonly version: string;
  /** The file that stands for what is in none. */
  readonly file: string;
}

/** Writes results as a SARIF log of one run, the same for the same results. */
export function sarifLog(results: readonly Result[], { version, file }: SarifRun): string {
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
            message: { text: messageOf(result) },
            locations: [locationOf(result, file)],
            partialFingerprints: { "pinDigests/v1": fingerprint(ruleId, result) },
          };
        }),
      },
    ],
  };
  return `${printableJson(JSON.stringify(log, undefined, 2))}\n`;
}

const rules = {
  unpinned: "An image has no digest",
  drift: "A tag means another digest than the one that is written",
  gone: "The registry no longer has a digest that is written",
  unlocked: "An image is not in the lock",
  unreachable: "A registry could not be asked",
  "wrong-tag": "A digest is that of another tag",
  platform: "An image lacks a platform",
  unsigned: "An image is not signed as the rules want it",
  disallowed: "An image is on no list of images that may be used",
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

/** Who shows a message shows no field beside it. */
function messageOf({ file: _, message, ...place }: Result): string {
  return printable(placed(formatPlace(place), message));
}

// GitHub refuses a whole log for one result without a file. Lines of a list are none of the file's, so there is no region.
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
function locationOf({ file, position, resourceRef, field }: Result, anyFile: string): object {
  const names = [resourceRef && formatRef(resourceRef), field?.path].filter(Boolean);
  return {
    physicalLocation: {
      artifactLocation: { uri: relativeUri(file?.path ?? anyFile), uriBaseId: "%SRCROOT%" },
      region: position && { startLine: position.line, startColumn: position.column },
    },
    logicalLocations:
      names.length === 0 ? undefined : [{ fullyQualifiedName: printable(names.join(" ")), kind: "member" }],
  };
}

/** A path of a list is no address: whatever would mean more than a name in one is encoded or left out. */
function relativeUri(path: string): string {
  const names = posix.normalize(path.replaceAll(/\p{Surrogate}/gu, "\uFFFD")).split("/");
  return names
    .filter((name) => name !== "" && name !== "." && name !== "..")
    .map(encodeURIComponent)
    .join("/");
}

/** The same while the same field has the same trouble, whatever digest it is about. */
function fingerprint(ruleId: string, { file, resourceRef, field, message }: Result): string {
  const image = field?.currentValue?.split("@", 1)[0] ?? (field === undefined ? message : "");
  const ref = resourceRef === undefined ? "" : formatRef(resourceRef);
  const parts = [ruleId, file?.path ?? "", ref, field?.path ?? "", image];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
