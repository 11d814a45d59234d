/**
 * Evidence in a file beside its lock, as a resource, so that it travels with a package as the lock does:
 *
 *     apiVersion: fn.kpt.dev/v1alpha1
 *     kind: ImageEvidence
 *     metadata: {name: sha256-…}
 *     evidence: '{"bundle":…}'    # one text, of which that is the hash
 */
import { isImageEvidence, readResource } from "../../krm/resource.ts";
import { childOf, dereference, kindOf, rootOf, scalarText } from "../../yaml/node.ts";
import { scan, type YamlNode, type YamlText } from "../../yaml/scan.ts";
import { YamlSyntaxError } from "../../yaml/syntax-error.ts";
import { type Evidence, evidenceText } from "./evidence.ts";
import { lockApiVersion } from "./image-lock.ts";

/** What the resource is called. */
export function evidenceResourceName(sha256: string): string {
  return `sha256-${sha256}`;
}

/** The name of the file, in the folder of the lock. */
export function evidenceFileName(sha256: string): string {
  return `${evidenceResourceName(sha256)}.yaml`;
}

/** The name and the text in a resource of evidence; undefined where there is none. */
export function namedEvidenceAt(
  yaml: YamlText,
  node: YamlNode,
): readonly [name: string, text: string] | undefined {
  const target = dereference(yaml, node);
  if (kindOf(yaml, target) !== "mapping") return undefined;
  const resource = readResource(yaml, target);
  const text = isImageEvidence(resource) ? childOf(yaml, target, "evidence") : undefined;
  return text === undefined ? undefined : [resource.name ?? "", scalarText(yaml, text) ?? ""];
}

/** The text in a file of evidence; undefined where it is none. */
export function evidenceTextIn(file: string): string | undefined {
  try {
    const yaml = scan(file);
    const [document] = yaml.documents;
    return document === undefined ? undefined : namedEvidenceAt(yaml, rootOf(document))?.[1];
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    return undefined;
  }
}

/** The text of a file of evidence. */
export function evidenceFileText(evidence: Evidence, sha256: string): string {
  const text = evidenceText(evidence).replaceAll("'", "''");
  return `apiVersion: ${lockApiVersion}
kind: ImageEvidence
metadata:
  name: ${evidenceResourceName(sha256)}
  annotations:
    config.kubernetes.io/local-config: "true"
evidence: '${text}'
`;
}
