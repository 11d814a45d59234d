// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeholderKind } from "../../src/image/placeholder.ts";
import { InvalidReferenceError, parseReference } from "../../src/image/reference.ts";
import { isMissing } from "../support/missing.ts";
import { runToEnd } from "../support/time-limit.ts";

const DIGEST = `sha256:${"1".repeat(64)}`;

describe("placeholderKind", () => {
  test.each([
    ["", "empty"],
    [" ", "empty"],
    ["\n\t", "empty"],
    ["auto", "injected"],
    ["placeholder", "word"],
    ["ko://knative.dev/serving/cmd/activator", "build"],
    [
      "ENC[AES256_GCM,data:+8VoCrRnwwWE,iv:9OM35EtBuV/ck9Gx0mTgO7w9VSGln7q/mfFHY00OB00=,type:str]",
      "encrypted",
    ],
    ["$(IMAGE)", "variable"],
    ["$(params.builder-image)", "variable"],
    ["$(params.image):$(params.version)", "variable"],
    ["golang:$(params.version)", "variable"],
    ["${IMG}", "variable"],
    ["${IMAGE:-nginx}", "variable"],
    ["${ENVOY_IMAGE}:${ENVOY_IMAGE_TAG}", "variable"],
    ["nginx:${TAG}", "variable"],
    ["$VLLM_IMAGE", "variable"],
    ["docker.io/a/b:$TAG", "variable"],
    ["a.com/$[[ inputs.image ]]", "template"],
    ["{{ .Values.image }}", "template"],
    ["httpd:{{ .Values.tag }}", "template"],
    ['a/{{images.containers."{{element.name}}".path}}:1', "template"],
    ["{% if x %}nginx{% endif %}", "template"],
    ["[[ .image ]]", "template"],
    ["{IMAGE}", "template"],
    ["#{IMAGE}#", "template"],
    ["a.com/app:{version}", "template"],
    ["###ZARF_VAR_IMAGE###", "marker"],
    ["httpd:alpine###ZARF_CONST_HTTPD_VERSION###", "marker"],
    ["##IMAGE##", "marker"],
    ["gcr.io/@IMAGE_REGISTRY_PROJECT@/gke-deploy", "marker"],
    ["app:@project.version@", "marker"],
    ["%IMAGE%", "marker"],
    ["<image_url>", "word"],
    ["<YOUR-CONTAINER>", "word"],
    ["<IMAGE NAME>:v1", "word"],
    ["TEST_IMAGE", "word"],
    ["TEST_IMAGE:latest", "word"],
    ["__IMAGE__", "word"],
    ["CONTAINER_IMAGES_REGISTRY/adservice", "word"],
    ["gcr.io/PROJECT_ID/hello:v1", "word"],
  ] as const)("takes %j for %s", (text, kind) => {
    expect(placeholderKind(text)).toBe(kind);
  });

  test.each([
    "nginx",
    "nginx:AUTO",
    "library/auto",
    "placeholder:1",
    "acme/placeholder",
    "auto:1",
    "a.com/auto",
    "nginx:IMAGE_TAG",
    "nginx:__TAG__",
    "NGINX",
    "IMAGE",
    "Org_Name/app",
    "MY-REG/app:1",
    "registry1.dso.mil*",
    "*:*",
    "____/____",
    "_docker/_docker",
    "docker://nginx",
    "https://ko.io/a",
    "gcr.io/p/i#f",
    "gcr.io/p/i%2f%2f",
    "gcr.io/%AB%CD",
    "user@host/a",
    " nginx ",
    '{"ghcr.io/kyverno/zulu:latest":"pass"}',
    `nginx@${DIGEST}`,
    `nginx@${DIGEST}@${DIGEST}`,
  ])("takes %j for no placeholder", (text) => {
    expect(placeholderKind(text)).toBeUndefined();
  });

  test("takes no reference for a placeholder", () => {
    const unit = fc.constantFrom(..."aA_-./:@$(){}<>#%[]1", DIGEST);
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        if (isReference(text)) expect(placeholderKind(text)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  test.each(["$(", "{", "<", "##a", "@a", "%AAA", "A_", "/A", " "])(
    "takes no time over a long row of %j",
    (unit) => {
      const text = `${unit.repeat(1_000_000)}!`;

      expect(() => runToEnd(() => placeholderKind(text))).not.toThrow();
    },
  );
});

const IMAGES = new URL("../../../shared/corpus/images.dev.tsv", import.meta.url);

describe.skipIf(isMissing("corpus of manifests at ../shared/corpus", IMAGES))(
  "placeholderKind, over real manifests (../shared/corpus)",
  () => {
    test("leaves only what is plainly wrong in pod specs to be refused", () => {
      const values = imagesOf("a").filter(
        (value) => !isReference(value) && placeholderKind(value) === undefined,
      );

      expect(new Set(values)).toStrictEqual(
        new Set(["____/____", "_docker/_docker", "foo.com:http/bar", "foo/-bar", "registry1.dso.mil*"]),
      );
    });

    test("takes no image of a pod spec for a placeholder", () => {
      const values = imagesOf("a").filter(
        (value) => isReference(value) && placeholderKind(value) !== undefined,
      );

      expect(values).toStrictEqual([]);
    });
  },
);

function imagesOf(category: string): readonly string[] {
  const [head = "", ...rows] = readFileSync(IMAGES, "utf8").trimEnd().split("\n");
  const columns = head.split("\t");
  return rows
    .map((row) => row.split("\t"))
    .filter((row) => row[columns.indexOf("category")] === category)
    .map((row) => row[columns.indexOf("value")] ?? "");
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidReferenceError) return false;
    throw error;
  }
}
