/** Results as JSON, for programs: `pin-digests schema Results` prints the schema. */
import type { Result } from "../krm/result.ts";
import { printableResult } from "../krm/result.ts";
import { printableJson } from "../text/printable.ts";

/** Writes results as one document, the same for the same results. */
export function resultsJson(results: readonly Result[], { version }: { readonly version: string }): string {
  const document = {
    version,
    ok: !results.some(({ severity }) => severity === "error"),
    results: results.map(resultJson),
  };
  return `${printableJson(JSON.stringify(document, undefined, 2))}\n`;
}

function resultJson(result: Result): object {
  const { position } = result;
  const { severity, message, tags, file, resourceRef, field } = printableResult(result);
  return {
    severity,
    message,
    class: tags?.class,
    file: file?.path,
    index: file?.index,
    line: position?.line,
    column: position?.column,
    resource: resourceRef,
    field: field?.path,
    currentValue: field?.currentValue,
    proposedValue: field?.proposedValue,
  };
}
