/** Reports: what a run says in the form of another tool. */
import type { Result } from "../krm/result.ts";
import { githubAnnotations } from "./github.ts";
import { type ImageUse, type InventoryFormat, inventory, inventoryFormats } from "./inventory.ts";
import { sarifLog } from "./sarif.ts";

/** The form of a report. */
export type ReportForm = InventoryFormat | "sarif" | "github";

/** The forms of reports, by the flag that asks for them. */
export const reportForms: Readonly<Record<"inventory" | "format", readonly ReportForm[]>> = {
  inventory: inventoryFormats,
  format: ["sarif", "github"],
};

/** What a report is made from. */
export interface ReportSource {
  readonly results: readonly Result[];
  readonly images: readonly ImageUse[];
  readonly platform?: string;
  /** Of this program. */
  readonly version: string;
}

/** A report, and what it could not hold. */
export interface Report {
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Makes a report. */
export function makeReport(form: ReportForm, { results, images, platform, version }: ReportSource): Report {
  switch (form) {
    case "sarif":
      return { text: sarifLog(results, version), warnings: [] };
    case "github":
      return { text: githubAnnotations(results), warnings: [] };
    case "lock":
    case "kustomize":
    case "json":
      return inventory(images, { format: form, ...(platform !== undefined && { platform }) });
  }
}
