import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { InputError } from "../../src/krm/input-error.ts";
import { type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { startRegistry } from "../support/registry.mjs";
import { executable, run } from "./command.ts";
import {
  type CorpusFile,
  foreignChanges,
  isManifestStream,
  readCorpus,
  readCorpusImages,
  readDocuments,
  restAfterDigests,
  valuesAt,
} from "./corpus.ts";
import { corpus, describeWith } from "./tools.ts";

interface PinnedFile extends CorpusFile {
  /** Undefined where the text was refused. */
  readonly output: string | undefined;
}

describeWith(["corpus"], "the corpus, as streams", () => {
  const mirror = useMirror();
  const files: PinnedFile[] = [];

  beforeAll(async () => {
    for (const file of readCorpus()) files.push({ ...file, output: await mirror.pin(file.text) });
  }, 600_000);

  test("holds what it should", () => {
    expect(files.length).toBeGreaterThan(3000);
    expect(files.filter(({ text, output = text }) => output !== text).length).toBeGreaterThan(500);
  });

  test("is read where another library finds manifests, and only there", () => {
    const misjudged = files.filter(({ text, output }) => isManifestStream(text) === (output === undefined));

    expect(misjudged.map(({ name }) => name)).toStrictEqual([]);
    const refused = files.filter(({ output }) => output === undefined);
    console.info(`${files.length} files, ${refused.length} of them refused`);
  });

  test.each(["README.md", "LICENSES.md", "images.dev.tsv", "paths.dev.md"])(
    "is no place for %s, which is refused with nothing on stdout",
    async (name) => {
      const ended = await run(executable, [], { input: readFileSync(join(corpus, name), "utf8") });

      expect(ended).toStrictEqual({ code: 1, stdout: "", stderr: expect.stringMatching(/^pin-digests: /) });
    },
  );

  test("changes by digests alone, and by results where it is a ResourceList", () => {
    const changed = files.filter(({ text, output = text }) => {
      const rest = restAfterDigests(text, output);
      return rest !== "" && !(isResourceList(text) && rest?.startsWith("results:\n") === true);
    });

    expect(changed.map(({ name }) => name)).toStrictEqual([]);
  });

  test("changes values by digests alone, as another library reads them", () => {
    const unread: string[] = [];
    const changes = files.flatMap(({ name, text, output = text }) => {
      if (output === text || isResourceList(text)) return [];
      const before = readDocuments(text);
      if (before === undefined) unread.push(name);
      return before === undefined
        ? []
        : foreignChanges(before, readDocuments(output)).map((path) => `${name} ${path}`);
    });

    expect(changes).toStrictEqual([]);
    expect(unread.length).toBeLessThan(20);
    console.info(`${unread.length} of the changed files yaml can't read`);
  }, 300_000);

  test("changes nothing and asks nothing the second time", async () => {
    const asked = mirror.requests();
    const unstable: string[] = [];

    for (const { name, output } of files) {
      if (output !== undefined && (await mirror.pin(output)) !== output) unstable.push(name);
    }

    expect(unstable).toStrictEqual([]);
    expect(mirror.requests()).toBe(asked);
  }, 600_000);

  test("has every image of a pod spec pinned", () => {
    const byName = new Map(files.map((file) => [file.name, file]));
    const documents = new Map<string, readonly unknown[] | undefined>();
    const verdicts = readCorpusImages().map((image) => {
      const output = byName.get(image.file)?.output;
      if (!byName.has(image.file)) return { ...image, verdict: "not here" };
      if (!documents.has(image.file)) documents.set(image.file, readDocuments(output ?? ""));
      const values = valuesAt(documents.get(image.file)?.[image.document], image.path);
      const pinned = values.some((value) => restAfterDigests(image.value, String(value)) === "");
      return { ...image, verdict: pinned && !values.includes(image.value) ? "pinned" : "not pinned" };
    });

    const count = (verdict: string): number => verdicts.filter((image) => image.verdict === verdict).length;
    console.info(`${count("pinned")} images pinned, ${count("not here")} in files that are not here`);
    expect(count("pinned")).toBeGreaterThan(1000);
    expect(verdicts.filter(({ verdict }) => verdict === "not pinned")).toStrictEqual([]);
  }, 300_000);
});

describeWith(["corpus", "kpt"], "the corpus, as ResourceLists of kpt", () => {
  const mirror = useMirror();
  const repositories = [...new Set(readCorpus().map(({ name }) => name.split("/")[0] ?? ""))];

  test.each(repositories)("%s changes by digests alone, and not the second time", async (repository) => {
    const { stdout: list } = await run("kpt", ["fn", "source", join(corpus, "files", repository)]);

    const once = (await mirror.pin(list)) ?? "";
    const asked = mirror.requests();
    const twice = await mirror.pin(once);

    const results = restAfterDigests(list, once) ?? "text was changed";
    const { items } = parse(list, { uniqueKeys: false, maxAliasCount: -1, logLevel: "silent" });
    expect(items.length).toBeGreaterThan(5);
    expect(results).toMatch(/^(results:\n|$)/);
    expect(
      foreignChanges(items, parse(once, { uniqueKeys: false, maxAliasCount: -1, logLevel: "silent" }).items),
    ).toStrictEqual([]);
    expect(mirror.requests()).toBe(asked);
    expect(twice).toBe(once);
  });
});

function isResourceList(text: string): boolean {
  return /^kind: ResourceList$/m.test(text);
}

/** A registry that answers for all others; references that can't be pinned are left as they are. */
function useMirror() {
  let registry: Awaited<ReturnType<typeof startRegistry>> | undefined;

  beforeAll(async () => {
    registry = await startRegistry({ any: true });
  });
  afterAll(() => registry?.close());

  async function pin(text: string): Promise<string | undefined> {
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata: {name: pin-digests}
onError: warn
registries: [{prefix: "*", mirrors: ["${registry?.url}"], only: true}]
`;
    const result = await pinDigests(text, { functionConfig }).catch(refusal);
    return result?.ok === true ? result.text : undefined;
  }

  return { pin, requests: () => registry?.requests.length ?? 0 };
}

/** Anything but a refusal of the input is a crash. */
function refusal(error: unknown): PinResult | undefined {
  if (error instanceof InputError) return undefined;
  throw error;
}
