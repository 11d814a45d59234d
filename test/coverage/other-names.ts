import { parseDigest } from "../../src/image/digest.ts";
import { pinDigests } from "../../src/pin-digests.ts";

/** What other things than images are called: models, disks, and words for what is to be filled in. */
const names = ["llama3.1:8b", "phi", "ubuntu:22.04", "fedora-cloud:40", "placeholder", "auto", "default"];

/** How many of those names are changed under the key `image` of a kind that no rule knows, where a registry has each of them. */
export async function countChangedNames(unknownFields: "all" | "qualified"): Promise<string> {
  const digest = parseDigest(`sha256:${"0123456789abcdef".repeat(4)}`);
  const registry = {
    inspect: async () => ({ digest, recognizedBy: "application/vnd.oci.image.index.v1+json" }),
    hasDigest: async () => true,
  };
  const changed = await Promise.all(
    names.map(async (image) => {
      const object = {
        apiVersion: "acme.example/v1",
        kind: "Widget",
        metadata: { name: "w" },
        spec: { image },
      };
      const overrides = new Map([["unknownFields", unknownFields]]);
      return (await pinDigests(JSON.stringify(object), { registry, overrides })).text.includes(digest);
    }),
  );
  return `${changed.filter(Boolean).length} of ${names.length}`;
}
