/** FieldSpecs for what reads as an image and no rule knows, ready to be copied into a configuration. */
import type { KindSpec } from "../fields/suggested-spec.ts";
import { yamlText } from "../krm/yaml-text.ts";
import { printable, printableJson } from "../text/printable.ts";

/** A value, and the fieldSpec that would settle it. */
interface SettledValue {
  readonly resource: string;
  readonly value: string;
  readonly fieldSpec?: KindSpec | undefined;
}

/** The fieldSpecs of all values, each once, as YAML. */
export function formatFieldSpecs(values: readonly SettledValue[]): string {
  const byText = new Map<string, SettledValue[]>();
  for (const each of values) {
    if (each.fieldSpec === undefined) continue;
    const text = textOf(each.fieldSpec);
    byText.set(text, [...(byText.get(text) ?? []), each]);
  }
  if (byText.size === 0) return "fieldSpecs: []\n";
  const entries = [...byText].map(([text, [first, ...others]]) => commentOf(first, others.length) + text);
  return `# Keep the fields that hold images. For one that holds none, write \`pin: never\` below its path.\nfieldSpecs:\n${entries.join("")}`;
}

function textOf({ group, kind, path, in: form, digestKey }: KindSpec): string {
  const lines = [
    `- group: ${yamlText(group)}`,
    `  kind: ${yamlText(kind)}`,
    `  path: ${JSON.stringify(path)}`,
    ...(form === undefined ? [] : [`  in: ${form}`]),
    ...(digestKey === undefined
      ? []
      : [`  digestKey: ${yamlText(digestKey)} # must be a key that the kind has`]),
  ];
  return lines.map((line) => `${printableJson(line)}\n`).join("");
}

function commentOf(first: SettledValue | undefined, others: number): string {
  if (first === undefined) return "";
  const more = others === 0 ? "" : `, and ${others} more`;
  return `# ${printable(first.value)} in ${printable(first.resource)}${more}\n`;
}
