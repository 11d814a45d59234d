/** The annotation that opts out, where it opts nothing out: on a pod's template, or as a label. */
import type { ResourceImages } from "../fields/find-images.ts";
import { skipAnnotation } from "../fields/skip.ts";
import type { Result } from "../krm/result.ts";
import { childOf, elementsOf, entriesOf, keysOf, kindOf, scalarText } from "../yaml/node.ts";
import { lineFinder } from "../yaml/place.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";

/** A warning for each such annotation in the objects that have images. */
export function misplacedSkips(yaml: YamlText, resources: readonly ResourceImages[]): readonly Result[] {
  // What is shared may be annotations elsewhere.
  if (yaml.targets.size > 0 || !yaml.text.includes(skipAnnotation)) return [];
  const lineAt = lineFinder(yaml.source);
  return resources.flatMap(({ resource, fields, likely, objects = [], skipped }) => {
    if (skipped !== undefined || fields.length + likely.length === 0) return [];
    const inner = objects.flatMap((object) => (object.layer.yaml === yaml ? object.resource.node : []));
    const known = new Set([resource.node, ...inner].map((node) => annotationsOf(yaml, node)));
    return skipsIn(yaml, resource.node)
      .filter(({ map }) => !known.has(map))
      .slice(0, SLIPS_MAX)
      .map(({ at }) => ({
        message: `line ${lineAt(yaml.events.starts[at] ?? 0)} of the input: \`${skipAnnotation}\` opts nothing out here: it must stand in \`metadata.annotations\` of the object itself`,
        severity: "warning" as const,
      }));
  });
}

// More are one habit, which the first ones show.
const SLIPS_MAX = 10;

function annotationsOf(yaml: YamlText, object: YamlNode): YamlNode | undefined {
  return childOf(yaml, childOf(yaml, object, "metadata"), "annotations");
}

interface Skip {
  readonly map: YamlNode;
  /** The key. */
  readonly at: YamlNode;
}

/** The keys called after the annotation, in the annotations and the labels of each `metadata` in an object. */
function skipsIn(yaml: YamlText, object: YamlNode): readonly Skip[] {
  const found: Skip[] = [];
  const waiting = [object];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (kindOf(yaml, node) === "sequence")
      for (const element of elementsOf(yaml, node)) waiting.push(element);
    if (kindOf(yaml, node) !== "mapping") continue;
    for (const { value } of entriesOf(yaml, node)) waiting.push(value);
    const metadata = childOf(yaml, node, "metadata");
    for (const name of ["annotations", "labels"]) {
      const map = childOf(yaml, metadata, name);
      if (map === undefined || kindOf(yaml, map) !== "mapping") continue;
      for (const at of keysOf(yaml, map))
        if (scalarText(yaml, at) === skipAnnotation) found.push({ map, at });
    }
  }
  return found.sort((one, other) => one.at - other.at);
}
