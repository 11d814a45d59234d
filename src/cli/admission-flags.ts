/** The flags that say what a policy of the cluster demands. */
import { type AdmissionOptions, isAdmissionFormat, type ReportForm } from "../report/report-form.ts";
import { UsageError } from "./usage-error.ts";

/** These flags, as they were given. */
export interface AdmissionFlags {
  readonly admission?: string;
  readonly deny?: boolean;
  readonly exempt?: readonly string[];
}

/**
 * Reads the flags beside a report; undefined where they can say nothing.
 *
 * @throws {UsageError} where they do, or are wrong.
 */
export function readAdmission(flags: AdmissionFlags, form?: ReportForm): AdmissionOptions | undefined {
  if (form === undefined || !isAdmissionFormat(form)) return refuse(flags);
  const { admission = "lock", deny = false, exempt = [] } = flags;
  if (admission !== "lock" && admission !== "digest")
    throw new UsageError(`\`--admission\` must be lock or digest, but is ${JSON.stringify(admission)}`);
  // https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
  const wrong = exempt.find((name) => !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined)
    throw new UsageError(`\`--exempt\` must be the name of a namespace, but is ${JSON.stringify(wrong)}`);
  return { admission, deny, exempt };
}

function refuse({ admission, deny, exempt }: AdmissionFlags): undefined {
  const given = Object.entries({ admission, deny, exempt }).find(([, value]) => value !== undefined);
  if (given === undefined) return undefined;
  throw new UsageError(`\`--${given[0]}\` is for a policy of a cluster, and none is asked for`, {
    meant: "pin-digests --inventory admission --output FILE",
  });
}
