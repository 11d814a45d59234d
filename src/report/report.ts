/** Reports: what a run says in the form of another tool. */
import type { Result } from "../krm/result.ts";
import type { LockedImage } from "../lock/format/locked-image.ts";
import { admissionManifests } from "./admission/admission.ts";
import { githubAnnotations } from "./github.ts";
import type { ImageUse } from "./image-use.ts";
import { inventory } from "./inventory.ts";
import { markdownReport } from "./markdown.ts";
import type { AdmissionOptions, ReportForm } from "./report-form.ts";
import { resultsJson } from "./results-json.ts";
import { sarifLog } from "./sarif.ts";
import type { Versions } from "./versions.ts";

/** What a report is made from. */
export interface ReportSource {
  readonly results: readonly Result[];
  readonly images: readonly ImageUse[];
  /** What the locks have that count. */
  readonly locked?: readonly LockedImage[];
  readonly platform?: string | undefined;
  /** Of this program. */
  readonly version: string;
  /** What the images that moved say of themselves. */
  readonly versions?: Versions | undefined;
  /** The time, for the age of images. */
  readonly now?: number;
  /** What a policy demands, where the report is one. */
  readonly admission?: AdmissionOptions | undefined;
}

/** A report, and what it could not hold. */
export interface Report {
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * Makes a report.
 *
 * @throws {ReportError} for what can't be told in this form.
 */
export function makeReport(form: ReportForm, source: ReportSource): Report {
  const { results, images, locked = [], platform, version, admission } = source;
  const { versions = new Map(), now = 0 } = source;
  switch (form) {
    case "sarif":
      return { text: sarifLog(results, { version, file: anyFile(source) }), warnings: [] };
    case "github":
      return { text: githubAnnotations(results), warnings: [] };
    case "results":
      return { text: resultsJson(results, { version }), warnings: [] };
    case "markdown":
      return { text: markdownReport({ results, images, versions, now }), warnings: [] };
    case "lock":
    case "kustomize":
    case "json":
    case "table":
      return inventory(images, { format: form, platform });
    case "admission":
    case "admission-mutating":
      return admissionManifests({ uses: images, locked }, { form, ...(admission ?? lenient) });
  }
}

const lenient: AdmissionOptions = { admission: "lock", deny: false, exempt: [] };

/** A file that the run is about; that of a stream has no other name. */
function anyFile({ results, images }: ReportSource): string {
  return [...results, ...images].find(({ file }) => file !== undefined)?.file?.path ?? "stdin";
}
