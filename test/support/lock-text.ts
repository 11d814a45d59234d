/** The text of a lock: its images with their digests, behind which an entry may have more lines. */
export function lockText(
  images: Readonly<Record<string, string | undefined>>,
  annotations: Readonly<Record<string, string>> = {},
): string {
  const all = { "config.kubernetes.io/local-config": "true", ...annotations };
  const annotated = Object.entries(all).map(([name, value]) => `    ${name}: "${value}"\n`);
  const entries = Object.entries(images).map(([image, digest]) => `  ${image}:\n    digest: ${digest}\n`);
  return `apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata:
  name: image-lock
  annotations:
${annotated.join("")}images:${entries.length === 0 ? " {}" : ""}
${entries.join("")}`;
}
