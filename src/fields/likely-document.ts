/** YAML and JSON in texts of which no rule says what they are: the images there are told, and none is written to. */
import { goType } from "../yaml/go-type.ts";
import { memberAt } from "../yaml/members.ts";
import { dereference, isBlockScalar, isPlainScalar, kindOf, rootOf, writtenText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { guessedLayer, type Site, straight } from "./embedded-document.ts";
import { extractText } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import type { ImageField } from "./image-field.ts";
import { type Around, findUntouched, type LikelySearch, pathOf } from "./likely-take.ts";
import { unknownField } from "./suggested-spec.ts";
import type { Place } from "./walk-state.ts";

/** True for a text that may be a document which speaks of images: a glance. */
export function mayHoldDocument({ carriers }: LikelySearch, place: Site): boolean {
  const { yaml } = place.layer;
  // What an alias stands for is read where that stands: a text may have a thousand of them.
  const target = place.node;
  if (kindOf(yaml, target) !== "scalar") return false;
  const { starts, ends } = yaml.events;
  // At a glance: most scalars are single words, and most others do not speak of images.
  const source = yaml.text.slice(starts[target] ?? 0, ends[target] ?? 0);
  if (!/[\s{[\\]/.test(source)) return false;
  if (isWrittenOut(yaml, target) && !speaksOfImages.test(source)) return false;
  if (carriers.get(yaml)?.has(target) || goType(yaml, target) !== "string") return false;
  const text = writtenText(yaml, target);
  return /[\s{[]/.test(text.trim()) && speaksOfImages.test(text);
}

/** Tells whether no character of a scalar stands for another. */
function isWrittenOut(yaml: YamlText, node: YamlNode): boolean {
  return isPlainScalar(yaml, node) || isBlockScalar(yaml, node);
}

// A key or a setting, not the label of a query: `image!=""`, `image=~"nginx.*"`.
const speaksOfImages = /(?:im(?:age|g)|repo)[\w.-]{0,40}["']?\s{0,9}(?::|=\s{0,9}["']?[\w.])/i;

/** Takes the images of a text. Where it is no document, those of its lines that say so. */
export function takeDocument(
  search: LikelySearch,
  place: Place,
  visit: (search: LikelySearch, place: Place, around: Around) => void,
): void {
  const { walk } = search;
  const layer = guessedLayer(place);
  const roots = layer?.yaml.documents.map(rootOf) ?? [];
  const isDocument = layer !== undefined && roots.some((root) => kindOf(layer.yaml, root) !== "scalar");
  const reason = "it stands in a text that no rule reads";
  const before = walk.fields.length;
  if (!isDocument)
    findUntouched(search, { reason, also: "nothing" }, () => extractText(walk, place, lineRule));
  else
    findUntouched({ ...search, isInText: true }, { reason, also: "short" }, (inner) => {
      for (const node of roots) {
        const isRoot = memberAt(layer.yaml, node, "apiVersion") !== undefined;
        visit(inner, { layer, node, via: straight }, { meaning: undefined, isRoot });
      }
    });
  const path = isDocument && place.layer.depth === 0 ? pathOf(search, place, true) : undefined;
  if (path === undefined) return;
  const isJson = /^\s*[{[]/.test(writtenText(place.layer.yaml, dereference(place.layer.yaml, place.node)));
  const suggestion = { path, in: isJson ? "json" : "yaml" } as const;
  // It reads no texts within the text.
  const isReached = ({ site }: ImageField): boolean => site.layer.depth === 1;
  const found = walk.fields.splice(before);
  walk.fields.push(...found.map((field) => (isReached(field) ? { ...field, suggestion } : field)));
}

/** `image: ghcr.io/acme/a:1` in a template, `image = "ghcr.io/acme/a:1"` in TOML. */
const lineRule: FieldRule = {
  source: "table",
  path: "",
  label: unknownField,
  tagless: "keep",
  loose: true,
  in: "text",
  pattern:
    "(?<![\\w.-])(?!\\w{0,40}(?:[oO]utput|[tT]arget|[pP]ush|OUTPUT|TARGET|PUSH))[\\w.-]{0,60}(?:image|Image|IMAGE)[\"']?[ \\t]{0,9}[:=][ \\t]{0,9}[\"']?(?<image>[\\w.-]{1,255}(?::\\d{1,5})?/[\\w./-]{1,255}[:@][\\w.:-]{1,200})(?=[\\s\"',;})\\]]|$)",
};
