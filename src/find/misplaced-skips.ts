/** The annotation that opts out, where it opts nothing out: on a pod's template, or as a label. */
import { EVENT_ID } from "js-yaml";
import type { ResourceImages } from "../fields/find-images.ts";
import { skipAnnotation } from "../fields/skip.ts";
import type { Result } from "../krm/result.ts";
import { lineFinder } from "../yaml/line.ts";
import { childOf, lastEventOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";

/** A warning for each such annotation in the objects that have images. */
export function misplacedSkips(yaml: YamlText, resources: readonly ResourceImages[]): readonly Result[] {
  // What is shared may be annotations elsewhere.
  if (yaml.targets.size > 0 || !yaml.text.includes(skipAnnotation)) return [];
  const lineAt = lineFinder(yaml.source);
  return resources.flatMap(({ resource, fields, likely, objects = [], skipped }) => {
    if (skipped !== undefined || fields.length + likely.length === 0) return [];
    const inner = objects.flatMap((object) => (object.layer.yaml === yaml ? object.resource.node : []));
    const known = [resource.node, ...inner].flatMap((node) => annotationsOf(yaml, node) ?? []);
    return skipsIn(yaml, resource.node)
      .filter((at) => !known.some((map) => map < at && at <= lastEventOf(yaml, map)))
      .slice(0, SLIPS_MAX)
      .map((at) => ({
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

/** The scalars in an object that are called after the annotation. */
function skipsIn(yaml: YamlText, object: YamlNode): readonly YamlNode[] {
  const { types, starts, ends } = yaml.events;
  const found: YamlNode[] = [];
  const last = lastEventOf(yaml, object);
  for (let node = object; node <= last; node++) {
    if (types[node] !== EVENT_ID.SCALAR) continue;
    if ((ends[node] ?? 0) - (starts[node] ?? 0) < skipAnnotation.length) continue;
    if (scalarText(yaml, node) === skipAnnotation) found.push(node);
  }
  return found;
}
