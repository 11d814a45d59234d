/** Objects that are left alone since they are not for the cluster. */
import { configGroup, configKind } from "../config/config-object.ts";
import { sourcesIn } from "../krm/image-source.ts";
import type { Input } from "../krm/input.ts";
import { isImageEvidence, isImageLock, localReason, type Resource, readResource } from "../krm/resource.ts";

/** What says of an object of an input why it is to be left alone: it is not for the cluster. */
export function skipReasons(input: Input): (resource: Resource) => string | undefined {
  const own =
    input.kind === "ResourceList" && input.functionConfig !== undefined
      ? readResource(input.yaml, input.functionConfig)
      : undefined;
  // Beside its objects, a run over files pins what a folder's kustomization and a chart's values say.
  if (input.kind === "stream" && input.file !== undefined && input.file.form !== "manifests")
    return () => undefined;
  const sources = (input.kind === "stream" && input.file?.sources) || [];
  return (resource) => {
    const { apiVersion, group, kind, name } = resource;
    const isOwn = kind === own?.kind && apiVersion === own.apiVersion && name === own.name;
    if (isOwn || (kind === configKind && group === configGroup)) return "it configures this function";
    if (isImageLock(resource)) return "it is a lock";
    if (isImageEvidence(resource)) return "it belongs to a lock";
    // What others take from it comes into the cluster.
    return sourcesIn(sources, resource).length > 0 ? undefined : localReason(resource);
  };
}
