/** Where in a stream each of what is told stands, as `line N` and as regions of reports. */
import { describe, expect, test } from "vitest";
import { type Digest, parseDigest } from "../../src/image/digest.ts";
import { type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { githubAnnotations } from "../../src/report/github.ts";
import { sarifLog } from "../../src/report/sarif.ts";

const resolveDigest = async (): Promise<Digest> => parseDigest(`sha256:${"1".repeat(64)}`);

const stream = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: a
    image: nginx:1
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: inner
  annotations: {config.kubernetes.io/local-config: "true"}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: twice}
  spec:
    containers:
    - image: "redis:7"
      image: redis:8
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: chart}
spec:
  postRenderers:
  - kustomize:
      patches:
      - patch: |
          kind: Pod
          apiVersion: v1
          spec:
            containers:
            - image: busybox:1
`;

function pin(text: string): Promise<PinResult> {
  return pinDigests(text, { resolveDigest, overrides: new Map([["report", "all"]]) });
}

describe("a result", () => {
  test("of a stream has the line and the column of the field, the key or the object", async () => {
    const { results } = await pin(stream);

    const places = results.map(({ resourceRef, severity, position }) => [
      resourceRef?.name,
      severity,
      position?.line,
      position?.column,
    ]);
    expect(places).toEqual([
      ["twice", "warning", 24, 7],
      ["web", "info", 7, 12],
      ["twice", "info", 24, 14],
      ["chart", "info", 38, 22],
      ["inner", "info", 9, 1],
    ]);
  });

  test("of a list has none, since its lines are those of no file", async () => {
    const items = stream.split("---\n").map((each) => `- ${each.trimEnd().replaceAll("\n", "\n  ")}\n`);

    const { results, text } = await pin(`kind: ResourceList\nitems:\n${items.join("")}`);

    expect(results.map(({ position }) => position)).toEqual(results.map(() => undefined));
    expect(text).not.toContain("position");
  });

  test("is shown at its place by SARIF and, where it has a file, by GitHub", async () => {
    const [first] = (await pin(stream)).results;
    const results = first === undefined ? [] : [first, { ...first, file: { path: "a/web.yaml" } }];

    const log = JSON.parse(sarifLog(results, { version: "1", file: "stdin" }));
    const [streamed, filed] = githubAnnotations(results).split("\n");

    const region = { startLine: 24, startColumn: 7 };
    expect(log.runs[0].results[0].locations[0].physicalLocation).toMatchObject({ region });
    expect(streamed).toMatch(/^::warning title=[^:]*::line 24: v1\/Pod\/twice /);
    expect(filed).toMatch(/^::warning file=a\/web\.yaml,line=24,col=7,title=/);
  });

  test("never leads SARIF out of the repository", () => {
    const log = sarifLog([{ message: "m", severity: "error", file: { path: "../../etc/x.yaml" } }], {
      version: "1",
      file: "stdin",
    });

    expect(JSON.parse(log).runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      "etc/x.yaml",
    );
  });
});
