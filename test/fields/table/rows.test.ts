import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../../src/config/default-config.ts";
import { tableRules } from "../../../src/fields/field-rules.ts";
import type { ResourceImages } from "../../../src/fields/find-images.ts";
import { buildRuleTree } from "../../../src/fields/rule-tree.ts";
import { denyTable } from "../../../src/fields/table/deny.ts";
import type { FieldRow } from "../../../src/fields/table/field-row.ts";
import { anyKindRows, fieldTables } from "../../../src/fields/table/tables.ts";
import { findResources } from "../../../src/find/find-resources.ts";
import { expandBraces, type PathStep, parsePath } from "../../../src/krm/field-path.ts";
import { planStep } from "../../../src/plan/plan.ts";
import { rootOf } from "../../../src/yaml/node.ts";
import { scan } from "../../../src/yaml/scan.ts";

const rows = fieldTables.flatMap((table) =>
  Object.entries(table).flatMap(([groups, kinds]) =>
    Object.entries(kinds()).flatMap(([names, each]) =>
      each.map((row) => ({
        group: groups.split(" ")[0] ?? "",
        kind: names.split(" ")[0] ?? "",
        row: typeof row === "string" ? { path: row } : row,
      })),
    ),
  ),
);

const image = "ghcr.io/acme/app:v1";

describe("a row of the field table", () => {
  test.each(
    rows.map(({ group, kind, row }) => [`${group} ${kind}`, row.path, { group, kind, row }] as const),
  )("finds what stands there, and nothing beside it: %s: %s", (_, __, { group, kind, row }) => {
    for (const path of pathsOf(row)) {
      const steps = parsePath(path);
      const isFound = leavesOf(row).some((leaf) => found({ group, kind, row }, objectAt(steps, leaf)) > 0);

      expect([path, isFound]).toEqual([path, true]);
      for (const leaf of [
        1,
        ...(hasOwnEnd(steps) ? leavesOf(row).filter((each) => typeof each === "string") : []),
      ])
        expect([path, leaf, found({ group, kind, row }, objectAt(beside(steps), leaf))]).toEqual([
          path,
          leaf,
          0,
        ]);
    }
  });

  test.each(
    rows.map(({ group, kind, row }) => [`${group} ${kind}`, row.path, { group, kind, row }] as const),
  )("asks for nothing that stands there and is no image: %s: %s", (_, __, { group, kind, row }) => {
    const [path = ""] = pathsOf(row);
    const leaves = [
      ...noImages,
      ...noTexts,
      ...leavesOf(row).map((leaf) => withText(leaf, "$(params.image)")),
    ];
    const objects = leaves.map((leaf) => objectAt(parsePath(path), leaf));

    expect(resourcesIn({ group, kind, row }, ...objects).flatMap(askedOf)).toEqual([]);
  });

  test.each(Object.entries(anyKindRows))("compiles for any kind: %s", (part, each) => {
    expect(
      buildRuleTree(
        each.flatMap((row) => tableRules(part, row)),
        "explicit",
      ).id,
    ).toBeGreaterThan(0);
  });
});

describe("a row of the deny table", () => {
  const denials = Object.entries(denyTable).flatMap(([groups, kinds]) =>
    Object.entries(typeof kinds === "string" ? { "*": kinds } : kinds).flatMap(([names, each]) =>
      (typeof each === "string" ? [{ path: "" }] : each).map(
        ({ path }) => [groups.split(" ")[0] ?? "", names.split(" ")[0] ?? "", path] as const,
      ),
    ),
  );

  // Rows of the other table say what the parts of NVIDIA's make.
  test.each(denials.filter(([group]) => group !== "nvidia.com" && group !== "mellanox.com"))(
    "keeps what stands there from being one: %s: %s: %s",
    (group, kind, path) => {
      const leaves = [image, { image, sidecarImage: image, any: [{ image }], images: [image] }];
      for (const each of expandBraces(path)) {
        const steps = each === "" ? [{ kind: "key", name: "spec" } as const] : parsePath(each);
        const objects = leaves.map((leaf) => objectAt(steps, leaf));
        const known = resourcesIn({ group, kind, row: { path } }, ...objects);

        expect([each, known.flatMap((one) => [...askedOf(one), ...one.likely])]).toEqual([each, []]);
      }
    },
  );
});

const noImages = [
  "",
  " ",
  "IMAGE",
  "a b",
  "x".repeat(600),

  "$IMAGE",
  "$(params.image)",
  "{{ .Values.image }}",
  "<image>",
  "@image@",
  "###IMAGE###",
  "ENC[AES256,data:a]",
  "ko://example.com/a",
];
const noTexts = [null, true, 1.5, [], {}, [null], { image: null }];

/** The same with another text in place of the image. */
function withText(leaf: unknown, text: string): unknown {
  return JSON.parse(
    JSON.stringify(leaf)
      .replaceAll(image, JSON.stringify(text).slice(1, -1))
      .replaceAll("ghcr.io/acme/app", JSON.stringify(text).slice(1, -1)),
  );
}

/** What would be asked for. */
function askedOf({ fields }: ResourceImages): readonly string[] {
  return fields
    .map((field) => planStep(field, defaultConfig, undefined))
    .flatMap((step) => (step.kind === "resolve" ? step.image.text : []));
}

/** Whether the last key is the row's own, not any. */
function hasOwnEnd(steps: readonly PathStep[]): boolean {
  return !steps.some(({ kind }) => kind === "any-depth") && steps.at(-1)?.kind !== "any-key";
}

/** The paths of a row; of a pod's those of its containers. */
function pathsOf({ path }: FieldRow): readonly string[] {
  return expandBraces(path.replace("<pod>", "{containers[],initContainers[],ephemeralContainers[]}/image"));
}

/** What a row may find: one of these is of its form. */
function leavesOf({ in: form = "reference", keys, artifact }: FieldRow): readonly unknown[] {
  switch (form) {
    case "reference":
      return [image];
    case "repositoryAndTag": {
      const {
        registry: [registry] = [],
        namespace: [namespace] = [],
        repository: [name = "repository"],
        tag: [tag],
      } = keys ?? {
        repository: ["repository"],
        tag: ["tag"],
      };
      const scheme = artifact === undefined ? "" : "oci://";
      const parts = {
        ...(registry !== undefined && { [registry]: `${scheme}ghcr.io` }),
        ...(namespace !== undefined && { [namespace]: "acme" }),
        [name]: registry === undefined ? `${scheme}ghcr.io/acme/app` : "acme/app",
      };
      return [tag === undefined ? parts : withTag(parts, tag.split("/"))];
    }
    case "text":
      return ["X", "oci://X", "docker://X", "registry://X", "ko=X", "--set=X", "1.2=X"].map((text) =>
        text.replace("X", image),
      );
    case "json":
    case "yaml":
    case "values":
    case "object":
    case "patch":
      return [
        { image, apiVersion: "v1", kind: "Pod", spec: { containers: [{ image }] }, containers: [{ image }] },
        JSON.stringify({ image, containers: [{ image }] }),
      ];
  }
}

function withTag(parts: object, [first = "tag", ...rest]: readonly string[]): object {
  return { ...parts, [first]: rest.reduceRight<unknown>((inner, key) => ({ [key]: inner }), "v1") };
}

/** The object in which a value stands at a path. */
function objectAt(steps: readonly PathStep[], leaf: unknown): unknown {
  return steps.reduceRight<unknown>((inner, step) => around(step, inner), leaf);
}

function around(step: PathStep, inner: unknown): unknown {
  switch (step.kind) {
    case "key":
      return { [step.name]: inner };
    case "any-key":
      return { any: inner };
    case "any-depth":
      return inner;
    case "elements":
      return [inner];
    case "select":
      return [{ [step.key]: step.glob.split("|")[0]?.replaceAll("*", "a"), ...(inner as object) }];
  }
}

/** A path that ends in another key. */
function beside(steps: readonly PathStep[]): readonly PathStep[] {
  const at = steps.findLastIndex(({ kind }) => kind === "key");
  return steps.map((step, index) => (index === at ? { kind: "key", name: "somethingElse" } : step));
}

interface Where {
  readonly group: string;
  readonly kind: string;
  readonly row: FieldRow;
}

/** How many images rules find in an object of a kind. */
function found(where: Where, object: unknown): number {
  return resourcesIn(where, object).flatMap(({ fields }) => fields).length;
}

function resourcesIn({ group, kind, row }: Where, ...objects: readonly unknown[]): readonly ResourceImages[] {
  const prefix = group === "core" ? "" : `${group.replace("*", "a")}/`;
  const name = row.name?.split("|")[0]?.replaceAll("*", "a") ?? "x";
  const identity = { apiVersion: `${prefix}v1`, kind: kind === "*" ? "Anything" : kind };
  const texts = objects.map((object) => {
    const body = object as { readonly metadata?: object };
    return JSON.stringify({ ...body, ...identity, metadata: { name, ...body.metadata } });
  });
  const yaml = scan(texts.join("\n---\n"));
  return findResources({ kind: "stream", yaml, items: yaml.documents.map(rootOf) }, defaultConfig);
}
