/** Whole references in maps that hold parts as well: a registry that stands beside them counts. */
import { keptMembersOf } from "../yaml/members.ts";
import { extractBeside } from "./digest-beside.ts";
import { noPlace } from "./digest-slot.ts";
import type { Site } from "./embedded-document.ts";
import { extractReference, identityOf, push } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import { isWhole, namesHost } from "./likely-value.ts";
import { compose, type Part, partAt, textsOf } from "./reference-parts.ts";
import { suggestParts } from "./suggested-parts.ts";
import { unknownField } from "./suggested-spec.ts";
import { commonKeys, identityOfParts } from "./usual-keys.ts";
import type { Place, Walk } from "./walk-state.ts";

/**
 * Takes a whole reference with the registry that stands beside it, as charts put both together: `{registry: quay.io,
 * image: acme/a:1}`. False where there is none, or the reference names its own.
 */
export function extractWithRegistry(walk: Walk, { map, siblings }: Place, rule: FieldRule): boolean {
  const key = walk.path.at(-1);
  if (!rule.beside || map === undefined || typeof key !== "string") return false;
  if (!siblings?.some(({ name }) => commonKeys.registry?.includes(name))) return false;
  const registry = partAt(map, commonKeys.registry ?? []);
  const part = partAt(map, [key]);
  const isApart = registry !== undefined && !registry.inexact && namesHost(`${registry.text}/`);
  if (!isApart || part === undefined || !isWhole(part.text) || namesHost(part.text)) return false;
  walk.path.pop();
  extractWhole(walk, { map, part, registry, rule });
  walk.path.push(key);
  return true;
}

/** A whole reference, and what stands beside it. */
export interface Whole {
  readonly map: Site;
  readonly part: Part;
  readonly registry: Part | undefined;
  readonly rule: FieldRule;
}

/** A name with a tag or a digest of its own: where it names no registry, the one beside it counts. */
export function extractWhole(walk: Walk, { map, part, registry, rule }: Whole): void {
  const siblings = keptMembersOf(map.layer.yaml, map.node);
  const place = { ...part.site, map, siblings };
  const whole = { ...rule, tagless: "keep", beside: true } as const;
  const isApart = registry !== undefined && registry.text !== "" && !namesHost(part.text);
  walk.path.push(part.key);
  const isTaken = extractBeside(walk, place, whole, isApart ? registry : undefined);
  if (isTaken) {
    walk.path.pop();
    return;
  }
  if (isApart && rule.label === unknownField) {
    walk.path.pop();
    extractApart(walk, { map, part, registry, rule });
    return;
  }
  if (isApart) {
    const identity = identityOf(part.site.layer, part.site.node);
    const writing = { kind: "in-place" } as const;
    push(walk, place, whole, {
      site: part.site,
      identity,
      ...compose({ ...onlyName, registry, repository: part }),
      writing,
    });
  } else {
    extractReference(walk, place, whole);
  }
  walk.path.pop();
}

/** The same, where nobody knows yet that the two make one reference. */
function extractApart(walk: Walk, { map, part, registry, rule }: Whole): void {
  const writing = noPlace(`its registry stands apart, under \`${registry?.key}\``);
  const composed = compose({ ...onlyName, registry, repository: part });
  push(walk, map, rule, {
    site: map,
    identity: identityOfParts(map, part),
    parts: textsOf({ repository: part, tag: undefined }),
    ...composed,
    writing,
  });
  const field = walk.fields.pop();
  const suggestion = suggestParts(walk, map, { rule, repository: part, tag: undefined });
  if (field === undefined) return;
  walk.fields.push({
    ...field,
    suggestion: suggestion && { path: suggestion.path, in: "repositoryAndTag" },
  });
}

const onlyName = { namespace: undefined, tag: undefined, digest: undefined };
