import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { parseDigest } from "../../../src/image/digest.ts";
import { parseReference } from "../../../src/image/reference.ts";
import type { LockedImage } from "../../../src/lock/format/locked-image.ts";
import { admissionManifests } from "../../../src/report/admission/admission.ts";
import type { ImageUse } from "../../../src/report/image-use.ts";
import { ReportError } from "../../../src/report/report-error.ts";
import type { AdmissionFormat, AdmissionOptions } from "../../../src/report/report-form.ts";

const [one, two, three] = ["1", "2", "3"].map((digit) => parseDigest(`sha256:${digit.repeat(64)}`));
const key = (digit: string): string => `sha256.${digit.repeat(64)}`;

describe("admissionManifests", () => {
  test("has for each digest the images that it was found for", () => {
    const { data, warnings } = manifests({
      uses: [use(`nginx:1.27@${one}`), use(`docker.io/nginx:1.27@${one}`), use(`ghcr.io/a/b@${two}`)],
    });

    expect(data).toStrictEqual({
      [key("1")]: "docker.io/library/nginx:1.27",
      [key("2")]: "ghcr.io/a/b",
    });
    expect(warnings).toStrictEqual([]);
  });

  test("has what the lock has and nothing uses, but of an image that is used only what it has become", () => {
    const { data } = manifests({
      uses: [use(`nginx:1.27@${one}`)],
      locked: [entry("nginx:1.27", two), entry("istio/proxyv2:1.30", three)],
    });

    expect(data).toStrictEqual({
      [key("1")]: "docker.io/library/nginx:1.27",
      [key("3")]: "docker.io/istio/proxyv2:1.30",
    });
  });

  test("has the names by which pins that dropped the tag were found", () => {
    const { data } = manifests(
      { uses: [{ ...use(`nginx@${one}`), original: "nginx:1.27" }, use(`redis@${two}`)] },
      "admission-mutating",
    );

    expect(data).toStrictEqual({
      [key("1")]: "docker.io/library/nginx:1.27",
      [key("2")]: "docker.io/library/redis",
      "docker.io._.library._.nginx_._1.27": one,
    });
  });

  test("says which images it can't let in, and which it can't pin", () => {
    const long = `ghcr.io/${"a".repeat(240)}:1`;

    const { data, warnings } = manifests(
      {
        uses: [use("redis:7"), use("redis:7"), use(`a:1@${one}`), use(`a:1@${two}`), use(`${long}@${three}`)],
      },
      "admission-mutating",
    );

    expect(Object.keys(data)).toStrictEqual([key("1"), key("2"), key("3")]);
    expect(warnings).toStrictEqual([
      '"redis:7" has no digest, so the policy refuses it',
      `"docker.io/library/a:1" is not pinned by the policy, since it has several digests: ${one}, ${two}`,
      `"${long}" is not pinned by the policy, since its name is too long for a key of a ConfigMap`,
    ]);
  });

  test("warns at first, and lets all in where it can't be evaluated", () => {
    const { objects } = manifests({}, "admission-mutating");

    expect(bindingsOf(objects).map(({ validationActions }) => validationActions)).toStrictEqual([
      ["Warn", "Audit"],
      ["Warn", "Audit"],
      undefined,
      undefined,
    ]);
    expect(policiesOf(objects).map(({ failurePolicy }) => failurePolicy)).toStrictEqual(["Ignore", "Ignore"]);
  });

  test("refuses on request, and where its parameters are gone, but for updates of Pods", () => {
    const { objects } = manifests({}, "admission-mutating", { deny: true });

    expect(bindingsOf(objects).map(({ validationActions }) => validationActions)).toStrictEqual([
      ["Deny"],
      ["Deny"],
      undefined,
      undefined,
    ]);
    expect(policiesOf(objects).map(({ failurePolicy }) => failurePolicy)).toStrictEqual(["Fail", "Fail"]);
    expect(bindingsOf(objects).map(({ paramRef }) => paramRef.parameterNotFoundAction)).toStrictEqual([
      "Deny",
      "Allow",
      "Deny",
      "Allow",
    ]);
  });

  test("leaves out the namespaces of Kubernetes, and those that are named", () => {
    const { objects } = manifests({}, "admission", { exempt: ["monitoring", "kube-system"] });

    for (const { matchResources } of bindingsOf(objects)) {
      expect(matchResources.namespaceSelector.matchExpressions).toStrictEqual([
        {
          key: "kubernetes.io/metadata.name",
          operator: "NotIn",
          values: ["kube-system", "kube-public", "kube-node-lease", "monitoring"],
        },
      ]);
    }
  });

  test("needs no parameters to let in any digest", () => {
    const { objects, text, warnings } = manifests({ uses: [use("redis:7")] }, "admission", {
      admission: "digest",
    });

    expect(objects.map(({ kind }) => kind)).toStrictEqual([
      "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding",
    ]);
    expect(text).not.toContain("paramRef");
    expect(warnings).toStrictEqual(['"redis:7" has no digest, so the policy refuses it']);
  });

  test("says how it was made", () => {
    const { text } = manifests({}, "admission-mutating", {
      admission: "digest",
      deny: true,
      exempt: ["a", "b"],
    });

    expect(text).toContain(
      '# Made by pin-digests: --inventory admission-mutating --admission digest --deny --exempt "a" --exempt "b"\n',
    );
  });

  test("holds 7,000 images, and refuses more than fit", () => {
    const images = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        entry(`ghcr.io/acme/team/app-${index}:1.27.3`, digestOf(index)),
      );

    const write = (count: number) =>
      admissionManifests({ uses: [], locked: images(count) }, { form: "admission", ...lenient });

    expect(write(7000).text.match(/^ {2}sha256\./gm)).toHaveLength(7000);
    expect(() => write(9000)).toThrow(ReportError);
    expect(() => write(9000)).toThrow(
      /^9000 entries are more than one ConfigMap holds, which is some 7\d\d\d such as these: leave images out, or let in any digest with `--admission digest`$/,
    );
  });
});

const lenient: AdmissionOptions = { admission: "lock", deny: false, exempt: [] };

interface Source {
  readonly uses?: readonly ImageUse[];
  readonly locked?: readonly LockedImage[];
}

function manifests(
  { uses = [], locked = [] }: Source,
  form: AdmissionFormat = "admission",
  options: Partial<AdmissionOptions> = {},
) {
  const { text, warnings } = admissionManifests({ uses, locked }, { form, ...lenient, ...options });
  const objects = parseAllDocuments(text).map((document) => {
    expect(document.errors).toStrictEqual([]);
    return document.toJS();
  });
  const data: Record<string, string> = objects.find(({ kind }) => kind === "ConfigMap")?.data;
  return { text, warnings, objects, data };
}

type Spec = ReturnType<typeof manifests>["objects"][number];

function policiesOf(objects: readonly Spec[]): readonly Spec[] {
  return objects.filter(({ kind }) => kind.endsWith("Policy")).map(({ spec }) => spec);
}

function bindingsOf(objects: readonly Spec[]): readonly Spec[] {
  return objects.filter(({ kind }) => kind.endsWith("Binding")).map(({ spec }) => spec);
}

function use(text: string): ImageUse {
  return { path: "spec.image", text };
}

function entry(text: string, digest: LockedImage["digest"] | undefined): LockedImage {
  if (digest === undefined) throw new Error("there is no digest");
  return { reference: parseReference(text), digest };
}

function digestOf(index: number): LockedImage["digest"] {
  return parseDigest(`sha256:${index.toString(16).padStart(64, "0")}`);
}
