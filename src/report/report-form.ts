/** The forms of reports, apart from what makes them: few runs want one. */

/** The form of a report. */
export type ReportForm = InventoryFormat | (typeof resultFormats)[number];

/** How an inventory is written. */
export type InventoryFormat = (typeof inventoryFormats)[number];

/** How an explanation is written. */
export type ExplanationForm = (typeof explanationForms)[number];

/** The forms of explanations. */
export const explanationForms = ["table", "json", "fieldspecs"] as const;

const inventoryFormats = ["lock", "kustomize", "json", "table"] as const;
const resultFormats = ["sarif", "github"] as const;

/** The forms of reports, by the flag that asks for them. */
export const reportForms: Readonly<Record<"inventory" | "format", readonly ReportForm[]>> = {
  inventory: inventoryFormats,
  format: resultFormats,
};
