import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalName } from "../../../src/image/reference.ts";
import { type ReadImageLock, readImageLock } from "../../../src/lock/format/image-lock.ts";
import { lockEdits } from "../../../src/lock/format/lock-edit.ts";
import type { LockedImage } from "../../../src/lock/format/locked-image.ts";
import { childOf, elementsOf, rootOf } from "../../../src/yaml/node.ts";
import { scan } from "../../../src/yaml/scan.ts";
import { applyEdits } from "../../../src/yaml/text-edit.ts";
import { contents, digest, locked } from "../support.ts";

const names = [
  "alpine:3",
  "nginx",
  "nginx:1.27",
  "redis:7",
  "ghcr.io/acme/app:v1",
  "12:30",
  "on",
  "[::1]:5000/a:b",
  "z",
];
const platformLists = [undefined, ["linux/amd64"], ["linux/amd64", "linux/arm64"]] as const;

const image: fc.Arbitrary<LockedImage> = fc
  .record({
    name: fc.constantFrom(...names),
    character: fc.constantFrom("1", "2", "a", "f"),
    platforms: fc.constantFrom(...platformLists),
  })
  .map(({ name, character, platforms }) =>
    locked(name, character, { ...(platforms !== undefined && { platforms }) }),
  );

const images = fc.uniqueArray(image, { selector: ({ reference }) => canonicalName(reference), maxLength: 6 });

interface Layout {
  readonly style: "block" | "flow-entries" | "json" | "json-lines";
  readonly empty: string;
  readonly column: number;
  readonly step: number;
  readonly quotes: "" | "'" | '"';
  readonly comments: boolean;
  readonly eol: "\n" | "\r\n";
  readonly wrapped: "alone" | "in a list" | "in a wide list";
  readonly ending: "" | "metadata-behind" | "no-break";
}

const layout: fc.Arbitrary<Layout> = fc.record({
  style: fc.constantFrom("block", "flow-entries", "json", "json-lines"),
  empty: fc.constantFrom(" {}", " null", "", " {} # none yet", "(none)"),
  column: fc.integer({ min: 1, max: 5 }),
  step: fc.integer({ min: 1, max: 4 }),
  quotes: fc.constantFrom("", "'", '"'),
  comments: fc.boolean(),
  eol: fc.constantFrom("\n", "\r\n"),
  wrapped: fc.constantFrom("alone", "in a list", "in a wide list"),
  ending: fc.constantFrom("", "metadata-behind", "no-break"),
});

const annotations = `annotations:
    config.kubernetes.io/local-config: "true"
    config.kubernetes.io/path: 'image-lock.yaml'
    internal.config.kubernetes.io/path: 'image-lock.yaml'`;

/** A lock as a person or a tool may have written it. */
function print(held: readonly LockedImage[], of: Layout): string {
  if (of.style.startsWith("json")) {
    const lock = { apiVersion: "fn.kpt.dev/v1alpha1", kind: "ImageLock", images: jsonImages(held) };
    const whole = of.wrapped === "alone" ? lock : { kind: "ResourceList", items: [{ kind: "X" }, lock] };
    return JSON.stringify(whole, undefined, of.style === "json" ? undefined : 2).replaceAll("\n", of.eol);
  }
  const head = [
    "apiVersion: fn.kpt.dev/v1alpha1",
    "kind: ImageLock",
    "metadata:",
    "  name: any",
    `  ${annotations}`,
  ];
  const body =
    held.length === 0 ? (of.empty === "(none)" ? [] : [`images:${of.empty}`]) : blockImages(held, of);
  const behind = of.ending === "metadata-behind" ? ["# foot", "status: {images: {a: b}}"] : [];
  const lines = [...head, ...body, ...behind].join("\n").split("\n");
  const text = of.wrapped === "alone" ? lines : inList(lines, of.wrapped === "in a list" ? "" : "  ");
  return text.join(of.eol) + (of.ending === "no-break" ? "" : of.eol);
}

function jsonImages(held: readonly LockedImage[]) {
  return Object.fromEntries(
    held.map(({ reference, digest, platforms }) => [
      reference.text,
      { digest, ...(platforms && { platforms }) },
    ]),
  );
}

function blockImages(held: readonly LockedImage[], of: Layout): readonly string[] {
  const pad = " ".repeat(of.column);
  const deep = " ".repeat(of.column + of.step);
  const quote = (text: string) => {
    const quotes = of.quotes === "" && /^(?:\d|\[|on$)/.test(text) ? '"' : of.quotes;
    return quotes + text + quotes;
  };
  const note = (text: string) => (of.comments ? text : "");
  const entries = held.flatMap(({ reference, digest, platforms }) => {
    const key = quote(reference.text);
    const list = platforms === undefined ? [] : [`platforms: [${platforms.join(", ")}]`];
    if (of.style === "flow-entries") {
      return [
        `${pad}${key}: {${[`digest: ${quote(digest)}`, ...list, "note: {a: 1}"].join(", ")}}${note(" # c")}`,
      ];
    }
    return [
      ...(of.comments ? [`${pad}# above`] : []),
      `${pad}${key}:${note(" # key")}`,
      `${deep}digest: ${quote(digest)}${note(" # digest")}`,
      ...list.map((line) => deep + line),
      `${deep}note: kept`,
      ...(of.comments ? [`${deep}# below`, ""] : []),
    ];
  });
  return [`images:${note(" # all")}`, ...entries];
}

function inList(lines: readonly string[], pad: string): readonly string[] {
  return [
    "apiVersion: config.kubernetes.io/v1",
    "kind: ResourceList",
    "items:",
    `${pad}- apiVersion: v1`,
    `${pad}  kind: Pod`,
    ...lines.map((line, index) => (line === "" ? "" : `${pad}${index === 0 ? "- " : "  "}${line}`)),
    `${pad}- apiVersion: v1`,
    `${pad}  kind: Service`,
  ];
}

async function read(text: string, { wrapped }: Layout): Promise<ReadImageLock> {
  const yaml = scan(text);
  const root = rootOf(yaml.documents[0] ?? 0);
  const [, item] = wrapped === "alone" ? [] : elementsOf(yaml, childOf(yaml, root, "items") ?? 0);
  return readImageLock(yaml, item ?? root);
}

/** What a lock must hold: a moved digest takes with it what was said of the old one. */
function merged(held: readonly LockedImage[], added: readonly LockedImage[]): readonly LockedImage[] {
  const byName = new Map(held.map((one) => [canonicalName(one.reference), one]));
  for (const { reference, digest, platforms } of added) {
    const old = byName.get(canonicalName(reference));
    const seen = platforms ?? (old?.digest === digest ? old.platforms : undefined);
    byName.set(canonicalName(reference), {
      reference: old?.reference ?? reference,
      digest,
      ...(seen && { platforms: seen }),
    });
  }
  return [...byName.values()];
}

describe("lockEdits, in any layout", () => {
  test("makes a lock hold what it held and what is new, and touches nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(images, images, layout, async (held, added, of) => {
        const before = print(held, of);
        const { lock, problems } = await read(before, of);
        expect(problems).toEqual([]);
        expect(contents(lock.entries)).toEqual(contents(held));

        const edits = lockEdits(lock, added);
        const after = applyEdits(before, edits);

        const again = await read(after, of);
        expect(again.problems).toEqual([]);
        expect(contents(again.lock.entries)).toEqual(contents(merged(held, added)));
        expect(lockEdits(again.lock, added)).toEqual([]);
        for (const { start, end } of edits) {
          expect(before.slice(start, end).trim()).toMatch(
            /^(?:|\{\}|null|sha256:[0-9a-f]{64}|\[[^\]]*\]|,?\s*"?platforms"?:\s*\[[^\]]*\])$/,
          );
        }
        const lines = [...after.matchAll(/[^\r\n]*(\r?\n|$)/g)].map(([, eol]) => eol);
        expect(lines.filter((eol) => eol !== of.eol && eol !== "")).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("only inserts, where no digest moves", async () => {
    await fc.assert(
      fc.asyncProperty(images, images, layout, async (held, added, of) => {
        const before = print(held, of);
        const known = new Set(held.map(({ reference }) => canonicalName(reference)));
        const fresh = added.filter(({ reference }) => !known.has(canonicalName(reference)));
        const { lock } = await read(before, of);

        const edits = lockEdits(lock, fresh);

        for (const { start, end } of edits) {
          expect(before.slice(start, end).trim()).toMatch(held.length > 0 ? /^$/ : /^(?:|\{\}|null)$/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("lockEdits in a list of kpt", () => {
  test("writes at the depth of the item, and not into the next", async () => {
    const of: Layout = {
      style: "block",
      empty: "",
      column: 2,
      step: 2,
      quotes: "",
      comments: false,
      eol: "\n",
      wrapped: "in a list",
      ending: "",
    };
    const before = print([locked("nginx:1.27", "1")], of);
    const { lock } = await read(before, of);

    const after = applyEdits(before, lockEdits(lock, [locked("redis:7", "2")]));

    expect(after).toBe(
      before.replace(
        "- apiVersion: v1\n  kind: Service",
        `    redis:7:\n      digest: ${digest("2")}\n- apiVersion: v1\n  kind: Service`,
      ),
    );
  });
});
