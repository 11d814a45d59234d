import { describe, expect, test } from "vitest";
import { digestKeyBeside, partsIn } from "../../src/fields/likely-parts.ts";

/** What is found in a map: name, tag, registry, and the key that a digest would have. */
function found(texts: Readonly<Record<string, string>>, isImage = false): readonly string[] {
  return partsIn({ texts: new Map(Object.entries(texts)), isImage }).map((keys) => {
    const { registry = [], namespace = [], repository, tag } = keys;
    return [...registry, ...namespace, ...repository, ...tag.slice(0, 1), digestKeyBeside(keys)].join(" ");
  });
}

describe("partsIn", () => {
  test.each([
    [{ repository: "acme/a", tag: "v1" }, ["repository tag digest"]],
    [{ registry: "quay.io", repository: "acme/a", tag: "v1" }, ["registry repository tag digest"]],
    [{ image: "acme/a", imageTag: "v1" }, ["image imageTag imageDigest"]],
    [{ image: "acme/a", version: "v1" }, ["image version digest"]],
    [{ imageName: "acme/a", imageVersion: "v1" }, ["imageName imageVersion imageDigest"]],
    [{ imageRepository: "acme/a", imageTag: "v1" }, ["imageRepository imageTag imageDigest"]],
    [
      { containerImageName: "a", containerRegistry: "quay.io" },
      ["containerRegistry containerImageName containerImageDigest"],
    ],
    [
      { repository: "docker.io/s/s", version: "6", agentRepository: "docker.io/s/agent", agentVersion: "3" },
      ["repository version digest", "agentRepository agentVersion agentDigest"],
    ],
    [
      { image: "quay.io/a/b", image_version: "1", image_web: "quay.io/a/web", image_web_version: "1" },
      ["image image_version image_digest", "image_web image_web_version image_web_digest"],
    ],
    [{ repository: "acme/a", digest: "" }, ["repository digest"]],
    [{ repository: "nvcr.io/nvidia", image: "driver", version: "535" }, ["repository image version digest"]],
    [{ image: "driver", tag: "v1", repository: "acme" }, ["repository image tag digest"]],
    [
      { imageRepository: "quay.io/acme", imageName: "a", imageTag: "v1" },
      ["imageRepository imageName imageTag imageDigest"],
    ],
    [{ agentRepository: "docker.io/acme/agent" }, ["agentRepository agentDigest"]],
    [{ repository: "123.dkr.ecr.eu-west-1.amazonaws.com/acme/a" }, ["repository digest"]],
  ])("finds %j", (texts, expected) => {
    expect(found(texts)).toEqual(expected);
  });

  test.each([
    [{ name: "acme/a", version: "v1" }, ["name version digest"]],
    [{ registry: "quay.io", name: "acme/a" }, ["registry name digest"]],
    [{ registry: "quay.io", name: "acme/a:v1" }, ["registry name digest"]],
    [
      { registry: "quay.io", repository: "acme", name: "a", tag: "v1" },
      ["registry repository name tag digest"],
    ],
  ])("finds %j in what is called after an image", (texts, expected) => {
    expect(found(texts, true)).toEqual(expected);
    expect(found(texts)).not.toEqual(expected);
  });

  test.each<Readonly<Record<string, string>>>([
    { image: "acme/a:v1", version: "1" },
    { repository: "https://charts.example.com", version: "1" },
    { repository: "github.com/acme/a", tag: "v1" },
    { repository: "acme/a", version: "1" },
    { repository: "acme/a" },
    { repository: "quay.io/acme" },
    { repository: "oci://ghcr.io/acme/charts/a" },
    { repository: "ghcr.io/acme/charts/a", chart: "a" },
    { repository: "gitlab.example.com/acme/a" },
    { chartRepository: "ghcr.io/acme/charts" },
    { repository: "ghcr.io/acme/a", chart: "a", version: "1" },
    { gitRepository: "acme/a", gitTag: "v1" },
    { name: "acme/a", version: "1" },
    { repository: "<repository>", tag: "v1" },
    { repository: "Not A Name", tag: "v1" },
    { tag: "v1", version: "1" },
    { sourceRepository: "acme/a", sourceTag: "v1" },
  ])("finds nothing in %j", (texts) => {
    expect(found(texts)).toEqual([]);
  });
});
