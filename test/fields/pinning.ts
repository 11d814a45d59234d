import { parseDigest } from "../../src/image/digest.ts";
import { pinDigests } from "../../src/pin-digests.ts";

/** The digest of every image of these tests. */
const digest = parseDigest(`sha256:${"0123456789abcdef".repeat(4)}`);

/** What comes of manifests and of the fields of a `PinDigests`. The digest is written `<digest>`. */
export async function pin(
  text: string,
  options = "",
): Promise<{ readonly text: string; readonly told: readonly string[]; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const result = await pinDigests(text, {
    functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: pin}\n${options}\n`,
    resolveDigest: async (image) => {
      asked.push(image.text);
      return digest;
    },
  });
  const told = result.results.map(
    ({ severity, field, message }) => `${severity} ${field?.path ?? "-"}: ${message}`,
  );
  return { text: result.text.replaceAll(digest, "<digest>"), told, asked };
}

/** The references in an object that are pinned. */
export async function pinned(apiVersion: string, kind: string, body: string): Promise<readonly string[]> {
  return (await pin(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${body}\n`)).asked;
}
