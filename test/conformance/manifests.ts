/** A ResourceList as kpt sends it, with these items. */
export function list(...items: readonly string[]): string {
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.map(asItem).join("")}`;
}

/** A Pod whose one container has these lines beside its name. */
export function pod(...lines: readonly string[]): string {
  return [
    "apiVersion: v1",
    "kind: Pod",
    "metadata:",
    "  name: web",
    "spec:",
    "  containers:",
    "  - name: web",
    ...lines.flatMap((line) => line.split("\n")).map((line) => (line === "" ? line : `    ${line}`)),
    "",
  ].join("\n");
}

/** A template literal without its first line break and without the indentation of its first line. */
export function yaml(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const text = String.raw({ raw: strings.raw }, ...values).replace(/^\n/, "");
  const margin = /^ */.exec(text)?.[0] ?? "";
  return text
    .split("\n")
    .map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line.trimStart()))
    .join("\n");
}

function asItem(manifest: string): string {
  const lines = manifest.replace(/\n$/, "").split("\n");
  return lines
    .map((line, index) => (index === 0 ? `- ${line}\n` : line === "" ? "\n" : `  ${line}\n`))
    .join("");
}
