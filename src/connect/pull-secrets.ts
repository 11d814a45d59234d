/** Logins that lie in the package itself: opted in to by `credentials: package`. */
import { type PullSecret, parsePullSecret, type SecretContent } from "../credentials/pull-secret.ts";
import type { ImageReference } from "../image/reference.ts";
import { canonicalHost } from "../image/registry-host.ts";
import type { Resource } from "../krm/resource.ts";
import { childOf, dereference, elementsOf, entriesOf, kindOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";

/** A package with the images in it that are to be asked for. */
export interface Package {
  readonly yaml: YamlText;
  readonly objects: readonly Resource[];
  readonly images: readonly { readonly resource: Resource; readonly image: ImageReference }[];
}

/**
 * The pull secrets that the pods of a package name, themselves or through their service account, each for the images of
 * those pods alone.
 *
 * https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
 */
export function pullSecretsOf(
  { yaml, objects, images }: Package,
  warn: (message: string) => void,
): readonly PullSecret[] {
  const users = imagesByResource(images);
  const accounts = objects.filter(({ kind, apiVersion }) => kind === "ServiceAccount" && apiVersion === "v1");
  const secrets = objects.filter(({ kind, apiVersion }) => kind === "Secret" && apiVersion === "v1");
  return secrets.flatMap((secret) => {
    const config = parsePullSecret(contentOf(yaml, secret), warn);
    if (config === undefined) return [];
    const granted = [...users].flatMap(([user, used]) =>
      namesSecret(yaml, user, { secret, accounts }) ? used : [],
    );
    const covered = new Set(
      granted.map(({ registry, repository }) => `${canonicalHost(registry)}/${repository}`),
    );
    return [{ config, matches: ({ host, repository }) => covered.has(`${host}/${repository}`) }];
  });
}

function imagesByResource(images: Package["images"]): ReadonlyMap<Resource, readonly ImageReference[]> {
  const byResource = new Map<Resource, ImageReference[]>();
  for (const { resource, image } of images) {
    const known = byResource.get(resource);
    if (known === undefined) byResource.set(resource, [image]);
    else known.push(image);
  }
  return byResource;
}

interface Secret {
  readonly secret: Resource;
  readonly accounts: readonly Resource[];
}

function namesSecret(yaml: YamlText, user: Resource, { secret, accounts }: Secret): boolean {
  if (secret.name === undefined || user.namespace !== secret.namespace) return false;
  const { secrets, accounts: names } = podNames(yaml, user.node);
  if (secrets.has(secret.name)) return true;
  return accounts.some(
    ({ name, namespace, node }) =>
      name !== undefined &&
      namespace === user.namespace &&
      names.has(name) &&
      podNames(yaml, node).secrets.has(secret.name ?? ""),
  );
}

interface PodNames {
  readonly secrets: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

/** The pull secrets and the service accounts that are named anywhere in an object; a pod that names none is `default`'s. */
function podNames(yaml: YamlText, object: YamlNode): PodNames {
  const secrets = new Set<string>();
  const accounts = new Set<string>();
  const visit = (node: YamlNode): void => {
    if (kindOf(yaml, node) === "sequence") {
      for (const element of elementsOf(yaml, node)) visit(dereference(yaml, element));
    }
    if (kindOf(yaml, node) !== "mapping") return;
    for (const { key, value } of entriesOf(yaml, node)) {
      const name = scalarText(yaml, key);
      const target = dereference(yaml, value);
      if (name === "serviceAccountName" || name === "serviceAccount")
        accounts.add(scalarText(yaml, target) ?? "");
      if (name === "imagePullSecrets" && kindOf(yaml, target) === "sequence") {
        for (const element of elementsOf(yaml, target)) {
          secrets.add(scalarText(yaml, childOf(yaml, dereference(yaml, element), "name")) ?? "");
        }
      } else {
        visit(target);
      }
    }
  };
  visit(object);
  return { secrets, accounts: accounts.size === 0 ? new Set(["default"]) : accounts };
}

function contentOf(yaml: YamlText, { node, name = "", namespace }: Resource): SecretContent {
  return {
    source: `the Secret ${namespace === undefined ? "" : `${namespace}/`}${name} of the package`,
    type: scalarText(yaml, childOf(yaml, node, "type")) ?? "",
    data: textsOf(yaml, childOf(yaml, node, "data")),
    stringData: textsOf(yaml, childOf(yaml, node, "stringData")),
  };
}

function textsOf(yaml: YamlText, node: YamlNode | undefined): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  if (node === undefined || kindOf(yaml, node) !== "mapping") return texts;
  for (const { key, value } of entriesOf(yaml, node)) {
    const name = scalarText(yaml, key);
    const text = scalarText(yaml, dereference(yaml, value));
    if (name !== undefined && text !== undefined) texts[name] = text;
  }
  return texts;
}
