/** The forms of reports, apart from what makes them: few runs want one. */

/** The form of a report. */
export type ReportForm = InventoryFormat | (typeof resultForms)[keyof typeof resultForms];

/** How an inventory is written. */
export type InventoryFormat = ListFormat | AdmissionFormat;

/** How an explanation is written. */
export type ExplanationForm = (typeof explanationForms)[number];

/** The forms of explanations. */
export const explanationForms = ["table", "json", "fieldspecs"] as const;

/** An inventory that lists images, and demands nothing. */
export type ListFormat = (typeof listFormats)[number];

/** An inventory that a cluster enforces; the second one also pins what comes without a digest. */
export type AdmissionFormat = (typeof admissionFormats)[number];

const listFormats = ["lock", "kustomize", "json", "table"] as const;
const admissionFormats = ["admission", "admission-mutating"] as const;
/** Forms by the names that `--format` has for them: an inventory and the results may both be JSON. */
const resultForms = { sarif: "sarif", github: "github", json: "results", markdown: "markdown" } as const;

/** The names of forms, by the flag that asks for them. */
export const reportForms: Readonly<Record<"inventory" | "format", readonly string[]>> = {
  inventory: [...listFormats, ...admissionFormats],
  format: Object.keys(resultForms),
};

/** The form that a flag means by a name; undefined where it means none. */
export function reportFormOf(flag: keyof typeof reportForms, name: string): ReportForm | undefined {
  if (flag === "inventory") return [...listFormats, ...admissionFormats].find((each) => each === name);
  return Object.entries(resultForms).find(([each]) => each === name)?.[1];
}

/** Whether a report is a policy of a cluster. */
export function isAdmissionFormat(form: ReportForm): form is AdmissionFormat {
  return admissionFormats.some((each) => each === form);
}

/** What a policy of a cluster demands. */
export interface AdmissionOptions {
  /** `lock`: a digest that the lock has, or that the run found; `digest`: any. */
  readonly admission: "lock" | "digest";
  /** Whether the cluster refuses what does not hold; else it warns of it, and notes it in its audit log. */
  readonly deny: boolean;
  /** Namespaces that are left out, besides those of Kubernetes itself. */
  readonly exempt: readonly string[];
}
