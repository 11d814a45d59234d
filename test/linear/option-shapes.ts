import { readArguments } from "../../src/cli/read-arguments.ts";
import { parseReference } from "../../src/image/reference.ts";
import { resultAt } from "../../src/krm/field-result.ts";
import { lockEdits } from "../../src/lock/format/lock-edit.ts";
import { readLockFile } from "../../src/lock/format/lock-file.ts";
import type { LockedImage } from "../../src/lock/format/locked-image.ts";
import { type PinOptions, pinDigests } from "../../src/pin-digests.ts";
import { makeReport } from "../../src/report/report.ts";
import { ReportError } from "../../src/report/report-error.ts";
import { reportFormOf, reportForms } from "../../src/report/report-form.ts";
import { explain, formatExplanations } from "../../src/run/explain.ts";
import { applyEdits } from "../../src/yaml/text-edit.ts";
import { containers, digestOf, listOf, lockOf, type Made, pinning, podItem, podOf } from "./pinning.ts";
import { repeat, type Shape } from "./shape.ts";

/** What a configuration, flags, locks and reports may be made of. */
export const optionShapes: readonly Shape[] = [
  configured("include globs", (n) => `include: [${repeat(n, (i) => `"a${i}*"`, ", ")}]`),
  configured("include globs of stars", (n) => `include: ["${"*a".repeat(n)}"]`),
  configured("exclude globs over images", (n) => `exclude: [${repeat(n, (i) => `"*/a${i}*"`, ", ")}]`),
  configured("exclude names over images", (n) => `exclude: [${repeat(n, (i) => `"a${i}"`, ", ")}]`),
  configured("skip prefixes", (n) => `skipPrefixes: [${repeat(n, (i) => `"a${i}"`, ", ")}]`),
  configured(
    "fieldSpecs of as many kinds",
    (n) => `fieldSpecs: [${repeat(n, (i) => `{kind: K${i}, path: spec/image}`, ", ")}]`,
  ),
  configured(
    "fieldSpecs of one kind",
    (n) => `fieldSpecs: [${repeat(n, (i) => `{kind: Pod, path: spec/x${i}/image}`, ", ")}]`,
  ),
  configured(
    "fieldSpecs of any kind",
    (n) => `fieldSpecs: [${repeat(n, (i) => `{path: "**/x${i}/image"}`, ", ")}]`,
  ),
  configured(
    "a fieldSpec with any depth",
    (n) => `fieldSpecs: [{kind: Pod, path: "**/*/**/*/**/image"}]\nx: ${"a".repeat(n)}`,
  ),
  configured("a long path", (n) => `fieldSpecs: [{kind: Pod, path: "spec/${"a/".repeat(n)}image"}]`),
  configured("a path of brackets", (n) => `fieldSpecs: [{kind: Pod, path: "spec/${"[".repeat(n)}"}]`),
  configured("a path of list marks", (n) => `fieldSpecs: [{kind: Pod, path: "spec/a${"[]".repeat(n)}"}]`),
  configured(
    "a path of selections",
    (n) => `fieldSpecs: [{kind: Pod, path: "spec/containers[name=${"a|".repeat(n)}b]/image"}]`,
  ),
  configured(
    "a pattern",
    () => `fieldSpecs: [{kind: Pod, path: spec/x, in: text, pattern: "(?<image>(a+)+)$"}]`,
    (n) => `  x: ${"a".repeat(n * 10)}!\n`,
  ),
  configured(
    "a long pattern",
    (n) => `fieldSpecs: [{kind: Pod, path: spec/x, in: text, pattern: "(?<image>${"a|".repeat(n)}b)"}]`,
  ),
  configured(
    "a pattern that finds much",
    () => `fieldSpecs: [{kind: Pod, path: spec/x, in: text, pattern: "(?<image>nginx:1)"}]`,
    (n) => `  x: ${"nginx:1 ".repeat(n * 2)}\n`,
  ),
  configured("a mode of colons", (n) => `mode: "${":".repeat(n * 10)}"`),
  configured("a mode with a login", (n) => `mode: "${"https://a:b@".repeat(n)}"`),
  configured(
    "a label selector of commas",
    (n) => `resources: {exclude: [{labelSelector: "${",".repeat(n * 10)}"}]}`,
  ),
  configured(
    "a label selector of parentheses",
    (n) => `resources: {exclude: [{labelSelector: "a in (${"b,".repeat(n * 5)}c)"}]}`,
  ),
  configured(
    "selectors",
    (n) => `resources: {exclude: [${repeat(n, (i) => `{kind: K${i}, name: "n.*${i}"}`, ", ")}]}`,
  ),
  configured("a long name in a selector", (n) => `resources: {exclude: [{name: "${"(a+)+".repeat(n)}"}]}`),
  configured("unknown options", (n) => repeat(n, (i) => `option${i}: x`, "\n")),
  configured("a long unknown option", (n) => `${"x".repeat(n * 10)}: x`),
  configured(
    "registries",
    (n) => `registries: [${repeat(n, (i) => `{prefix: "r${i}.example", mirrors: ["m${i}.example"]}`, ", ")}]`,
  ),
  configured(
    "registries of one host",
    (n) => `registries: [${repeat(n, (i) => `{prefix: "docker.io/a${i}", blocked: true}`, ", ")}]`,
  ),
  configured(
    "mirrors",
    (n) => `registries: [{prefix: "docker.io", mirrors: [${repeat(n, (i) => `"m${i}.example"`, ", ")}]}]`,
  ),
  configured("platforms", (n) => `requirePlatforms: [${repeat(n, (i) => `linux/a${i}`, ", ")}]`),
  configured("kinds of the built-in table", (n) => `builtIn: [${repeat(n, (i) => `K${i}`, ", ")}, Pod]`),
  configured(
    "a configuration of anchors",
    (n) => `include: &a [${repeat(n, (i) => `"a${i}*"`, ", ")}]\nexclude: *a`,
  ),
  configured(
    "a configuration of nested lists",
    (n) => `include: ${"[".repeat(90)}${repeat(n, "a", ", ")}${"]".repeat(90)}`,
  ),
  configured("a comment in a configuration", (n) => `mode: pin # ${"# ".repeat(n * 10)}`),
  flags("an override without a sign", (n) => ["-d", "x:".repeat(n * 10)]),
  flags("a long flag", (n) => [`--${"a".repeat(n * 10)}`]),
  flags("a login in a flag", (n) => [`--https://${"a:b@".repeat(n * 5)}`]),
  pinning("a lock file of as many images", (n) =>
    locked(n, podOf(containers(n, "  ", (i) => `r.example/a${i}:1`))),
  ),
  pinning("a lock file of which nothing is used", (n) =>
    locked(n, podOf(containers(1, "  ", "r.example/a0:1"))),
  ),
  pinning("images that a lock lacks", (n) => ({
    text: podOf(containers(n, "  ", (i) => `r.example/a${i}:1`)),
  })),
  pinning("images that a lock lacks, with a warning", (n) => ({
    text: podOf(containers(n, "  ", (i) => `r.example/a${i}:1`)),
    options: { overrides: new Map([["onError", "warn"]]) },
  })),
  pinning("a lock in the list", (n) => ({
    text: listOf(`${lockItem(n)}${inFile(podItem(containers(n, "    ", (i) => `r.example/a${i}:1`)))}`),
    options: noLock,
  })),
  pinning("locks of as many packages", (n) =>
    listOf(
      repeat(
        n,
        (i) =>
          `${lockItem(1, `p${i}/image-lock.yaml`)}${inFile(podItem(containers(1, "    ", "r.example/a0:1")), `p${i}/pod.yaml`)}`,
      ),
    ),
  ),
  pinning(
    "locks that do not count",
    (n) => `${repeat(n, () => lockOf(["r.example/a:1"]), "---\n")}---\n${podOf(containers(1))}`,
  ),
  pinning("a lock file in one line", (n) => ({
    text: podOf(containers(1)),
    options: {
      lock: {
        text: `{"apiVersion": "fn.kpt.dev/v1alpha1", "kind": "ImageLock", "metadata": {"name": "l"}, "images": {${["nginx:1", ...Array.from({ length: n }, (_, i) => `r.example/a${i}:1`)].map((name, i) => `"${name}": {"digest": "${digestOf(i)}"}`).join(", ")}}}`,
        update: false,
      },
    },
  })),
  pinning("an ImagesLock", (n) => ({
    text: podOf(containers(n, "  ", (i) => `r.example/a${i}:1`)),
    options: {
      lock: {
        text: `apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n${repeat(n, (i) => `- image: r.example/a${i}@${digestOf(i)}\n  annotations: {kbld.carvel.dev/id: "r.example/a${i}:1"}\n`)}`,
        update: false,
      },
    },
  })),
  pruning("entries to prune", (n) => lockOf([...many(n)])),
  pruning(
    "entries to prune in one line",
    (n) =>
      `{"apiVersion": "fn.kpt.dev/v1alpha1", "kind": "ImageLock", "metadata": {"name": "l"}, "images": {${[...many(n)].map((name, i) => `"${name}": {"digest": "${digestOf(i)}"}`).join(", ")}}}`,
  ),
  pruning("entries to prune between comments", (n) =>
    lockOf([...many(n)])
      .replaceAll("\n    digest", "\n    # a comment\n    digest")
      .replaceAll('\n  "r', '\n  # above\n  "r'),
  ),
  pruningLists("locks to prune in a list", (n) =>
    listOf(repeat(n, (i) => lockItem(2, `p${i}/image-lock.yaml`))),
  ),
  pinning("results in the list", (n) =>
    listOf(
      podItem(containers(1, "    ")),
      `results:\n${repeat(n, (i) => `- message: m${i}\n  severity: info\n  field: {path: a}\n`)}`,
    ),
  ),
  pinning("results by alias", (n) =>
    listOf(
      podItem(containers(1, "    ")),
      `results:\n- &r {message: ${"m".repeat(50)}, severity: info}\n${"- *r\n".repeat(n)}`,
    ),
  ),
  pinning("results of aliases", (n) =>
    listOf(
      podItem(containers(1, "    ")),
      `results:\n- &r [${repeat(n, "x", ", ")}]\n${"- [*r, *r, *r, *r]\n".repeat(4)}`,
    ),
  ),
  pinning(
    "results in one line",
    (n) =>
      `{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [], "results": [${repeat(n, (i) => `{"message": "m${i}"}`, ", ")}]}`,
  ),
  pinning("results for each image", (n) => ({
    text: listOf(podItem(containers(n, "    "))),
    options: { overrides: new Map([["report", "all"]]) },
  })),
  pinning("check of as many images", (n) => ({
    text: podOf(containers(n)),
    options: {
      overrides: new Map([
        ["mode", "check"],
        ["check.unreachable", "off"],
      ]),
    },
  })),
  pinning("unpin of as many images", (n) => ({
    text: podOf(containers(n, "  ", `nginx:1@${digestOf(0)}`)),
    options: {
      overrides: new Map([
        ["mode", "unpin"],
        ["lock", "auto"],
      ]),
    },
  })),
  pinning("images pinned already", (n) =>
    podOf(containers(n, "  ", (i) => `r.example/a${i}:1@${digestOf(i)}`)),
  ),
  pinning("images without a tag", (n) => ({
    text: podOf(containers(n, "  ", (i) => `r.example/a${i}@${digestOf(i)}`)),
    options: {
      overrides: new Map([
        ["mode", "unpin"],
        ["lock", "auto"],
      ]),
      lock: { text: lockOf([...many(n)].slice(1)), update: false },
    },
  })),
  pinning("placeholders", (n) => ({
    text: podOf(containers(n, "  ", '"$(IMAGE):1"')),
    options: { overrides: new Map([["onError", "warn"]]) },
  })),
  pinning("pull secrets of the package", (n) => secrets(n)),
  filling("digests that a lock file lacks", (n) => lockOf([...many(n)])),
  filling("digests that a lock in one line lacks", (n) => JSON.stringify(toLock(n))),
  filling("digests that a lock in many lines of JSON lacks", (n) => JSON.stringify(toLock(n), undefined, 2)),
  moving("digests of a lock that moved", (n) => lockOf([...many(n)])),
  moving("digests of a lock in one line that moved", (n) => JSON.stringify(toLock(n))),
  keyed(
    "keys for digests, in blocks",
    (n) =>
      `apiVersion: a.example/v1\nkind: Thing\nspec:\n${repeat(n, (i) => `  c${i}:\n    image:\n      repository: nginx\n      tag: "1"\n`)}`,
  ),
  keyed(
    "keys for digests, in braces",
    (n) =>
      `apiVersion: a.example/v1\nkind: Thing\nspec:\n${repeat(n, (i) => `  c${i}: {image: {repository: nginx, tag: "1"}}\n`)}`,
  ),
  keyed("keys for digests, in one line of JSON", (n) =>
    JSON.stringify({
      apiVersion: "a.example/v1",
      kind: "Thing",
      spec: Array.from({ length: n }, () => ({ image: { repository: "nginx", tag: "1" } })),
    }),
  ),
  keyed(
    "keys for digests, in one map",
    (n) =>
      `apiVersion: a.example/v1\nkind: Thing\nspec:\n  c:\n    image:\n${repeat(n, (i) => `      k${i}: v\n`)}      repository: nginx\n      tag: "1"\n`,
  ),
  keyed(
    "keys for digests that are null",
    (n) =>
      `apiVersion: a.example/v1\nkind: Thing\nspec:\n${repeat(n, (i) => `  c${i}: {image: {repository: nginx, tag: "1", digest: null}}\n`)}`,
  ),
  explaining("an explanation of as many images", (n) => podOf(containers(n))),
  explaining("an explanation of unknown fields", (n) => podOf(repeat(n, (i) => `  x${i}: ghcr.io/a/b:1\n`))),
  explaining("an explanation of denied fields", (n) =>
    podOf(
      repeat(
        n,
        (i) =>
          `  x${i}: {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {image: ghcr.io/a/b:1}}\n`,
      ),
    ),
  ),
  explaining("an explanation of aliases", (n) =>
    podOf(`  containers:\n  - &c {image: nginx:1}\n${"  - *c\n".repeat(n)}`),
  ),
  ...(["inventory", "format"] as const)
    .flatMap((flag) => reportForms[flag].flatMap((name) => reportFormOf(flag, name) ?? []))
    // A ConfigMap holds some thousand images, and refuses more.
    .filter((form) => !form.startsWith("admission"))
    .map(
      (form): Shape => ({
        name: `the report ${form}`,
        prepare(n) {
          const images = Array.from({ length: n }, (_, i) => ({
            resource: { apiVersion: "v1", kind: "Pod", name: `p${i}` },
            path: "spec.containers[0].image",
            text: `r.example/a${i}:1@${digestOf(i)}`,
            original: `r.example/a${i}:1`,
          }));
          const results = images.map(({ resource, path, text }) =>
            resultAt({ resource, path }, { severity: "info", message: `pinned to ${text}` }),
          );
          return () => {
            try {
              makeReport(form, { images, results, version: "1" });
            } catch (error) {
              // A policy of a cluster says that it can't hold so many, when it has looked at all of them.
              if (!(error instanceof ReportError)) throw error;
            }
          };
        },
      }),
    ),
];

function* many(n: number): Generator<string> {
  yield "nginx:1";
  for (let i = 0; i < n; i++) yield `r.example/a${i}:1`;
}

function locked(n: number, text: string): Made {
  return { text, options: { lock: { text: lockOf([...many(n)].slice(1)), update: false } } };
}

function inFile(item: string, path = "pod.yaml"): string {
  return item.replace(
    "metadata: {name: p}",
    `metadata: {name: p, annotations: {config.kubernetes.io/path: ${path}}}`,
  );
}

function lockItem(n: number, path = "image-lock.yaml"): string {
  return `- apiVersion: fn.kpt.dev/v1alpha1\n  kind: ImageLock\n  metadata: {name: l, annotations: {config.kubernetes.io/path: ${path}, config.kubernetes.io/local-config: "true"}}\n  images:\n${repeat(n, (i) => `    r.example/a${i}:1: {digest: "${digestOf(i)}"}\n`)}`;
}

/** Over as many containers. */
function configured(
  name: string,
  options: (n: number) => string,
  more: (n: number) => string = () => "",
): Shape {
  return pinning(`${name}`, (n) => ({
    text: podOf(`${more(n)}${containers(n, "  ", (i) => (i % 2 === 0 ? "nginx:1" : `r.example/b${i}/c:1`))}`),
    options: {
      functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: p}\n${options(n)}\n`,
      overrides: new Map([["onError", "warn"]]),
    },
  }));
}

function flags(name: string, make: (n: number) => readonly string[]): Shape {
  return {
    name,
    prepare(n) {
      const argv = make(n);
      return () => {
        try {
          return readArguments(argv);
        } catch (error) {
          return error;
        }
      };
    },
  };
}

function pruning(name: string, lock: (n: number) => string): Shape {
  return {
    name,
    prepare(n) {
      const options: PinOptions = {
        prune: true,
        lock: { text: lock(n), update: true },
        overrides: new Map([
          ["mode", "update"],
          ["exclude", "nginx*"],
        ]),
      };
      const text = podOf(containers(1));
      return () => pinDigests(text, options);
    },
  };
}

function pruningLists(name: string, make: (n: number) => string): Shape {
  return {
    name,
    prepare(n) {
      const text = make(n);
      return () => pinDigests(text, { prune: true, overrides: new Map([["mode", "update"]]) });
    },
  };
}

function explaining(name: string, make: (n: number) => string): Shape {
  return {
    name,
    prepare(n) {
      const text = make(n);
      return async () => formatExplanations((await explain(text)).explanations, "table");
    },
  };
}

function secrets(n: number): Made {
  const docker = Buffer.from('{"auths":{"r.example":{"auth":"YTpi"}}}').toString("base64");
  const text = repeat(
    n,
    (i) =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: s${i}}\ntype: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: ${docker}}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a${i}}\nimagePullSecrets: [{name: s${i}}]\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p${i}}\nspec: {serviceAccountName: a${i}, imagePullSecrets: [{name: s${i}}], containers: [{image: "127.0.0.1:1/a:1"}]}\n`,
    "---\n",
  );
  return {
    text,
    options: {
      overrides: new Map([
        ["credentials", "package"],
        ["lock", "off"],
        ["onError", "warn"],
        ["network.retries", "0"],
      ]),
      lock: undefined,
    } as unknown as PinOptions,
  };
}
const noLock = { lock: undefined } as unknown as PinOptions;

function toLock(n: number): object {
  const images = Object.fromEntries([...many(n)].map((name, i) => [name, { digest: digestOf(i) }]));
  return { apiVersion: "fn.kpt.dev/v1alpha1", kind: "ImageLock", metadata: { name: "l" }, images };
}

/** As many new entries between those of a lock. */
function filling(name: string, lock: (n: number) => string): Shape {
  return editing(name, lock, (i) => ({
    reference: parseReference(`r.example/a${i}b:1`),
    digest: digestOf(i),
  }));
}

function moving(name: string, lock: (n: number) => string): Shape {
  return editing(name, lock, (i) => ({
    reference: parseReference(`r.example/a${i}:1`),
    digest: digestOf(i + 7),
  }));
}

function editing(name: string, lock: (n: number) => string, image: (i: number) => LockedImage): Shape {
  return {
    name,
    prepare(n) {
      const text = lock(n);
      const images = Array.from({ length: n }, (_, i) => image(i));
      return async () => {
        const file = await readLockFile(text);
        return file.kind === "ImageLock" && applyEdits(text, lockEdits(file.lock, images));
      };
    },
  };
}

function keyed(name: string, make: (n: number) => string): Shape {
  const fieldSpecs =
    "fieldSpecs: [{kind: Thing, path: spec/**/image, in: repositoryAndTag, digestKey: digest}]";
  const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: p}\n${fieldSpecs}\n`;
  return pinning(name, (n) => ({ text: make(n), options: { functionConfig } }));
}
