/**
 * Aliases: what they bring elsewhere changes with its anchor. Only images may change, so
 *
 * - of a scalar, an alias that is to mean something else than its anchor will is written out in its place;
 * - of a collection, an image in it changes only where all that share it have the same image there, else it can't be
 *   changed at all.
 */
import type { Config } from "../config/config.ts";
import { onErrorOf } from "../config/on-error.ts";
import { type EmbeddedDocument, mayBeShared, type Site, sourceEdit } from "../fields/embedded-document.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import { parseReference } from "../image/reference.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import type { Twins } from "../plan/step.ts";
import { type AliasIndex, indexAliases } from "../yaml/alias-index.ts";
import { aliasRange, dereference, kindOf, startOf, writtenText } from "../yaml/node.ts";
import { type LinePlace, lineNames, namedLines } from "../yaml/place.ts";
import { writeOut } from "../yaml/scalar-text.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { type FindResource, isDefinition, type Place, resourceFinder } from "./definition.ts";
import { heirConflict, type Maps } from "./heir-conflict.ts";
import { imageEdit } from "./image-edit.ts";
import type { ChangedOutcome, Outcome } from "./outcome.ts";

/** What was found. */
export interface Found {
  readonly resources: readonly ResourceImages[];
  readonly twins: Twins;
}

/** What of the configuration decides here. */
export type SharedTextConfig = Pick<Config, "onError" | "registries" | "report">;

/** What becomes of a text. */
export interface Settled {
  readonly outcomes: readonly Outcome[];
  readonly edits: readonly TextEdit[];
  /** What is told of aliases. */
  readonly results: readonly Result[];
}

/** The edits of outcomes, and what becomes of the outcomes where aliases share their text. */
export function settleOutcomes(
  outcomes: readonly Outcome[],
  found: Found,
  config: SharedTextConfig,
): Settled {
  const changed = outcomes.filter((outcome) => outcome.kind === "changed");
  if (!changed.some(({ site }) => mayBeShared(site))) {
    return {
      outcomes,
      edits: changed.flatMap((each) => sourceEdit(each.site.layer, each.edit) ?? []),
      results: [],
    };
  }
  const settling = beginSettling(outcomes, found);
  const edits: TextEdit[] = [];
  const deepest = changed.reduce((depth, { site }) => Math.max(depth, site.layer.depth), 0);
  for (let depth = deepest; depth >= 0; depth--) {
    for (const document of [...settling.uses.keys()]) {
      if (document.depth !== depth) continue;
      const settled = settleDocument(document, settling);
      const { carrier } = document;
      if (carrier === undefined) append(edits, settled.edits);
      else if (settled.edits.length > 0) {
        const outer = settled.edits.flatMap((edit) => carrier.toOuter(edit) ?? []);
        addUse(settling, carrier, { edits: outer, outcomes: settled.outcomes });
      }
    }
  }
  return {
    outcomes: outcomes.map((outcome) => failedOutcome(outcome, settling.conflicts, config)),
    edits,
    results: settling.results.filter(({ severity }) => severity !== "info" || config.report !== "problems"),
  };
}

/** What is known while the documents are settled, the innermost first. */
interface Settling {
  /** What became of a place where an image was found. */
  readonly outcomeAt: (place: Place) => Outcome | undefined;
  readonly resourceAt: FindResource;
  readonly uses: Map<EmbeddedDocument, Map<YamlNode, Map<string, GrowingUse>>>;
  /** Why an outcome can't be. */
  readonly conflicts: Map<Outcome, string>;
  readonly results: Result[];
}

/** What is to be changed in a node where one way leads to it. */
interface Use extends Pick<Site, "via"> {
  readonly edits: readonly TextEdit[];
  readonly outcomes: readonly ChangedOutcome[];
}

/** A use to which more may come. */
interface GrowingUse extends Use {
  readonly edits: TextEdit[];
  readonly outcomes: ChangedOutcome[];
  /** The edits as texts. */
  readonly known: Set<string>;
}

function beginSettling(outcomes: readonly Outcome[], { resources, twins }: Found): Settling {
  const settling: Settling = {
    outcomeAt: outcomeFinder(outcomes, twins),
    resourceAt: resourceFinder(resources),
    uses: new Map(),
    conflicts: new Map(),
    results: [],
  };
  for (const outcome of outcomes) {
    if (outcome.kind !== "changed") continue;
    addUse(settling, outcome.site, { edits: [outcome.edit], outcomes: [outcome] });
    for (const field of twins.get(outcome.field) ?? []) {
      const twin = imageEdit({ field, from: outcome.from, to: outcome.to });
      if (twin !== undefined) addUse(settling, twin.site, { edits: [twin.edit], outcomes: [outcome] });
    }
  }
  return settling;
}

function outcomeFinder(outcomes: readonly Outcome[], twins: Twins): Settling["outcomeAt"] {
  let places: Map<EmbeddedDocument, Map<string, Outcome>> | undefined;
  return ({ document, node, way }) => {
    places ??= outcomePlaces(outcomes, twins);
    return places.get(document)?.get([node, ...way].join(" "));
  };
}

function outcomePlaces(
  outcomes: readonly Outcome[],
  twins: Twins,
): Map<EmbeddedDocument, Map<string, Outcome>> {
  const places = new Map<EmbeddedDocument, Map<string, Outcome>>();
  for (const outcome of outcomes) {
    for (const { site } of [outcome.field, ...(twins.get(outcome.field) ?? [])]) {
      const known = places.get(site.layer) ?? new Map<string, Outcome>();
      places.set(site.layer, known.set([site.node, ...site.via].join(" "), outcome));
    }
  }
  return places;
}

function addUse({ uses }: Settling, { layer, node, via }: Site, use: Omit<Use, "via">): void {
  const nodes = uses.get(layer) ?? new Map<YamlNode, Map<string, GrowingUse>>();
  uses.set(layer, nodes);
  const ways = nodes.get(node) ?? new Map<string, GrowingUse>();
  nodes.set(node, ways);
  const key = via.join(" ");
  const growing = ways.get(key) ?? { via, edits: [], outcomes: [], known: new Set<string>() };
  ways.set(key, growing);
  for (const edit of use.edits) {
    const text = textOfEdit(edit);
    if (growing.known.has(text)) continue;
    growing.known.add(text);
    growing.edits.push(edit);
  }
  append(growing.outcomes, use.outcomes);
}

/** Adds to a list what may be too much for the arguments of a call. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const each of more) list.push(each);
}

function textOfEdit({ start, end, text }: TextEdit): string {
  return `${start}-${end} ${text}`;
}

/** What is written in a document. */
interface SettledDocument {
  readonly edits: readonly TextEdit[];
  readonly outcomes: readonly ChangedOutcome[];
}

function settleDocument(document: EmbeddedDocument, settling: Settling): SettledDocument {
  const { yaml } = document;
  const nodes = settling.uses.get(document) ?? new Map<YamlNode, Map<string, GrowingUse>>();
  const index = indexAliases(yaml);
  const settled = new Map<YamlNode, Use>();
  for (const [node, ways] of nodes) {
    const use = agreedUse({ document, node, index }, ways, settling);
    if (use !== undefined) settled.set(node, use);
  }
  refuseHeirs({ document, index, settled }, nodes, settling);
  const edits: TextEdit[] = [];
  const anchors = new Set<YamlNode>();
  for (const [node, use] of settled) {
    const target = dereference(yaml, node);
    // The ways to a map go through its aliases, and agree.
    const isAnchored = target !== node || (isScalar(yaml, node) && index.aliasesOf(node).length > 0);
    if (isAnchored) anchors.add(target);
    else append(edits, use.edits);
  }
  for (const anchor of anchors)
    append(edits, settleAnchor({ document, node: anchor, index }, settled, settling));
  return { edits, outcomes: [...settled.values()].flatMap(({ outcomes }) => outcomes) };
}

interface SettledNodes extends Omit<Indexed, "node"> {
  readonly settled: Map<YamlNode, Use>;
}

/** Gives no map a digest that others would get with it. */
function refuseHeirs(
  { document, index, settled }: SettledNodes,
  nodes: ReadonlyMap<YamlNode, ReadonlyMap<string, Use>>,
  settling: Settling,
): void {
  const maps: Maps = {
    changesOf: (map) => settled.get(map)?.outcomes ?? [],
    *placesOf(map) {
      for (const way of index.waysTo(map)) {
        const place = { document, node: map, way };
        yield { outcome: settling.outcomeAt(place), skipped: settling.resourceAt(place)?.skipped };
      }
    },
    placeOf: (map) => placeOf(document, map),
  };
  // What merges a map stands behind it, and is refused before that is asked for.
  for (const node of [...settled.keys()].sort((one, other) => other - one)) {
    const reason = heirConflict(node, maps);
    if (reason === undefined) continue;
    settled.delete(node);
    for (const { outcomes } of nodes.get(node)?.values() ?? [])
      for (const each of outcomes) settling.conflicts.set(each, reason);
  }
}

function isScalar(yaml: YamlText, node: YamlNode): boolean {
  return kindOf(yaml, node) === "scalar";
}

/** A node of a document, with the aliases of the document. */
interface Indexed {
  readonly document: EmbeddedDocument;
  readonly node: YamlNode;
  readonly index: AliasIndex;
}

/** What all ways to a node want of it; undefined where they differ, which is told of the images in it. */
function agreedUse(at: Indexed, ways: ReadonlyMap<string, Use>, settling: Settling): Use | undefined {
  const [first] = ways.values();
  if (first === undefined) return undefined;
  const { document, node } = at;
  const wanted = signatureOf(first);
  let definition: readonly YamlNode[] | undefined;
  for (const way of at.index.waysTo(node)) {
    const use = ways.get(way.join(" "));
    if (signatureOf(use) === wanted) continue;
    const place = { document, node, way };
    const outcome = settling.outcomeAt(place);
    if (use === undefined && outcome === undefined && isDefinition(place, settling.resourceAt(place))) {
      definition ??= way;
      continue;
    }
    const reason = conflictReason(place, { first, outcome, resource: settling.resourceAt(place) });
    for (const { outcomes } of ways.values())
      for (const each of outcomes) settling.conflicts.set(each, reason);
    return undefined;
  }
  if (definition !== undefined) append(settling.results, definitionResults(at, first, definition));
  return first;
}

function definitionResults(
  { document, node }: Indexed,
  { outcomes }: Use,
  way: readonly YamlNode[],
): readonly Result[] {
  const message = `changes on line ${lineOf(document, way[0] ?? node)} of the input as well, which defines it for aliases: no rule knows the field there`;
  return outcomes.map(({ field }) => resultAt(field, { severity: "info", message }));
}

/** What a use makes of a node, as a text to compare; "" for nothing. */
function signatureOf(use: Use | undefined): string {
  return (use?.edits ?? []).map(textOfEdit).sort().join("\n");
}

/** The edits of an anchored scalar and of its aliases: those that are to mean something else are written out. */
function settleAnchor(
  { document, node: anchor, index }: Indexed,
  settled: ReadonlyMap<YamlNode, Use>,
  { results }: Settling,
): readonly TextEdit[] {
  const { yaml } = document;
  const own = settled.get(anchor);
  const edits: TextEdit[] = [...(own?.edits ?? [])];
  const others: YamlNode[] = [];
  const ownSignature = signatureOf(own);
  let unchanged: string | undefined;
  const textFor = (use: Use | undefined): string => {
    if (use !== undefined)
      return writeOut(yaml, anchor, use.edits, isReference(document, anchor, use) ? "trimmed" : undefined);
    unchanged ??= writeOut(yaml, anchor, []);
    return unchanged;
  };
  for (const alias of index.aliasesOf(anchor)) {
    const use = settled.get(alias);
    const range = aliasRange(yaml, alias);
    if (range === undefined || signatureOf(use) === ownSignature) continue;
    edits.push({ ...range, text: textFor(use) });
    if (use === undefined) others.push(alias);
    else append(results, writtenOutResults(document, { anchor, alias, use }));
  }
  const field = own?.outcomes[0]?.field;
  if (field !== undefined && others.length > 0) {
    const lines = [...new Set(others.map((alias) => lineOf(document, alias)))];
    const message = `its anchor \`&${nameOf(document, others[0] ?? anchor)}\` is used on ${namedLines(lines)} of the input as well, where it is no image or is left alone: the text is written out there, so that only the image changes`;
    results.push(resultAt(field, { severity: "warning", message }));
  }
  return edits;
}

/** True where a scalar holds nothing but a reference, or a part of one, and no text in which one stands. */
function isReference(document: EmbeddedDocument, scalar: YamlNode, { outcomes }: Use): boolean {
  const text = writtenText(document.yaml, scalar).replace(/^[a-z]+:\/\//, "");
  return outcomes.every(({ field }) => field.site.layer === document && field.value?.includes(text));
}

interface WrittenOut {
  readonly anchor: YamlNode;
  readonly alias: YamlNode;
  readonly use: Use;
}

function writtenOutResults(
  document: EmbeddedDocument,
  { anchor, alias, use }: WrittenOut,
): readonly Result[] {
  const message = `is written out where the alias \`*${nameOf(document, alias)}\` stood, since line ${lineOf(document, anchor)} of the input, where its anchor stands, keeps its own text`;
  return use.outcomes.map(({ field }) => resultAt(field, { severity: "info", message }));
}

interface Conflict {
  /** What is to be changed. */
  readonly first: Use;
  /** What became of the place that differs, and the object that it stands in, where they are known. */
  readonly outcome: Outcome | undefined;
  readonly resource: ResourceImages | undefined;
}

/** Why an image can't be changed, with both places. */
function conflictReason({ document, node, way }: Place, { first, outcome, resource }: Conflict): string {
  const split = first.via.findIndex((alias, n) => alias !== way[n]);
  const fork = split === -1 ? first.via.length : split;
  const [here, there] = lineNames(
    [first.via[fork] ?? node, way[fork] ?? node].map((place) => placeOf(document, place)),
  );
  const alias = way[fork] ?? first.via[fork];
  const by = alias === undefined ? "an alias" : `the alias \`*${nameOf(document, alias)}\``;
  return `can't be changed on line ${here} of the input alone: by ${by} it is the same text as on line ${there}, where it ${stateOf(outcome, resource)}; write one of the two out`;
}

/** What is known of a place. */
function stateOf(outcome: Outcome | undefined, resource: ResourceImages | undefined): string {
  if (outcome?.kind === "changed") return `is to be ${JSON.stringify(outcome.to)}`;
  if (outcome !== undefined) return `stays as it is: ${outcome.reason.replace(/^left alone: /, "")}`;
  return resource?.skipped === undefined ? "is no image" : `is left alone: ${resource.skipped}`;
}

function failedOutcome(
  outcome: Outcome,
  conflicts: ReadonlyMap<Outcome, string>,
  config: SharedTextConfig,
): Outcome {
  const reason = conflicts.get(outcome);
  if (reason === undefined || outcome.kind !== "changed") return outcome;
  const { field, from } = outcome;
  return { kind: "failed", field, reason, onError: field.onError ?? onErrorOf(parseReference(from), config) };
}

function lineOf(document: EmbeddedDocument, node: YamlNode): number {
  return placeOf(document, node).line;
}

function placeOf({ yaml, toSource, placeAt }: EmbeddedDocument, node: YamlNode): LinePlace {
  const start = startOf(yaml, node) ?? 0;
  return placeAt(toSource({ start, end: start + 1 })?.start ?? 0);
}

function nameOf({ yaml }: EmbeddedDocument, alias: YamlNode): string {
  const { start, end } = aliasRange(yaml, alias) ?? { start: 0, end: 1 };
  return yaml.text.slice(start + 1, end);
}
