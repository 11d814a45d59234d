/** What help says of options, by their names in a functionConfig. */
import { literals } from "../../config/expressions.ts";
import type { OptionRow } from "../../config/option-row.ts";
import { optionTable } from "../../config/options.ts";
import { definitions, paragraph } from "./layout.ts";

/** What pin-digests is for. */
export const purpose: string = [
  "pin-digests: makes a deployment say exactly which images it runs",
  paragraph(
    "A tag such as nginx:1.27 can mean another image tomorrow; a digest can't. pin-digests reads Kubernetes resources, asks the registries what each tag means now, and writes name:tag@sha256:... into the image fields. No other byte changes.",
  ),
].join("\n\n");

/** The options as fields of a functionConfig, for those whose pipeline has flags of its own. */
export function optionsUsage(): string {
  const rows = Object.entries<OptionRow<unknown>>(optionTable(literals)).flatMap(optionRows);
  return [
    paragraph(
      "Options (KEY, or fields of a PinDigests of fn.kpt.dev/v1alpha1; those of a map have names such as network.timeout in a ConfigMap):",
    ),
    definitions(rows),
    logins,
  ].join("\n");
}

/** Where logins come from. */
export const logins: string = `\n${paragraph(
  "Logins come from docker, podman and their credential helpers, from PIN_DIGESTS_REGISTRY_HOSTNAME, _USERNAME, _PASSWORD and _TOKEN, and from the cloud that this runs in.",
)}`;

function optionRows([name, row]: readonly [string, OptionRow<unknown>]): readonly [string, string][] {
  const { shown, shape } = row.type.traits;
  const members = Object.entries(row.rows ?? {}).flatMap(optionRows);
  if (members.length > 0)
    return [
      [`${name}:`, row.meaning],
      ...members.map(([term, meaning]): [string, string] => [`  ${term}`, meaning]),
    ];
  const value = shown.replaceAll("|", " | ");
  return [[`${name}: ${shape === "scalar" ? value : `[${value}]`}`, withDefault(row)]];
}

/** What an option means, and what holds where nothing is said. */
export function withDefault(row: OptionRow<unknown>): string {
  const said = defaultOf(row);
  return said === undefined ? row.meaning : `${row.meaning} (default: ${said})`;
}

/** What holds where nothing is said, as a user would write it; undefined where nothing holds. */
function defaultOf({ default: value, shownDefault, type }: OptionRow<unknown>): string | undefined {
  if (shownDefault !== undefined) return shownDefault;
  if (value === undefined || type.traits.shape === "object" || Array.isArray(value)) return undefined;
  return String(value);
}
