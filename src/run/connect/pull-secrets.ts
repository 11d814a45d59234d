/** Logins that lie in the package itself: opted in to by `credentials: package`. */
import { type PullSecret, parsePullSecret, type SecretContent } from "../../credentials/pull-secret.ts";
import type { ImageReference } from "../../image/reference.ts";
import { canonicalHost } from "../../image/registry-host.ts";
import type { Resource } from "../../krm/resource.ts";
import { childOf, dereference, elementsOf, entriesOf, kindOf, scalarText } from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";

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
  const secrets = objects.filter(({ kind, apiVersion }) => kind === "Secret" && apiVersion === "v1");
  if (secrets.length === 0) return [];
  const usersOf = secretUsers(yaml, objects, new Set(images.map(({ resource }) => resource)));
  const imageUsers = groupedSets(images, ({ resource, image: { registry, repository } }) => [
    `${canonicalHost(registry)}/${repository}`,
    resource,
  ]);
  return secrets.flatMap((secret) => {
    const config = parsePullSecret(contentOf(yaml, secret), warn);
    if (config === undefined) return [];
    const users = usersOf.get(keyOf(secret)) ?? new Set();
    return [
      {
        config,
        matches: ({ host, repository }) =>
          overlap(users, imageUsers.get(`${host}/${repository}`) ?? new Set()),
      },
    ];
  });
}

/** The users of each secret, by its name and namespace: those that name it, and those whose service account does. */
function secretUsers(
  yaml: YamlText,
  objects: readonly Resource[],
  users: ReadonlySet<Resource>,
): ReadonlyMap<string, ReadonlySet<Resource>> {
  const accounts = objects.filter(({ kind, apiVersion }) => kind === "ServiceAccount" && apiVersion === "v1");
  const accountSecrets = groupedSets(
    accounts.flatMap((account) =>
      [...podNames(yaml, account.node).secrets].map((name) => ({ account, name })),
    ),
    ({ account, name }) => [keyOf(account), name],
  );
  const grants = [...users].flatMap((user) => {
    const { namespace } = user;
    const named = podNames(yaml, user.node);
    const secrets = new Set(named.secrets);
    for (const name of named.accounts)
      for (const secret of accountSecrets.get(keyOf({ namespace, name })) ?? []) secrets.add(secret);
    return [...secrets].map((name) => ({ key: keyOf({ namespace, name }), user }));
  });
  return groupedSets(grants, ({ key, user }) => [key, user]);
}

function overlap<Member>(one: ReadonlySet<Member>, other: ReadonlySet<Member>): boolean {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  for (const member of few) if (many.has(member)) return true;
  return false;
}

function keyOf({
  namespace,
  name,
}: {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}): string {
  return JSON.stringify([namespace, name]);
}

function groupedSets<Item, Member>(
  items: readonly Item[],
  entryOf: (item: Item) => readonly [key: string, member: Member],
): ReadonlyMap<string, ReadonlySet<Member>> {
  const groups = new Map<string, Set<Member>>();
  for (const item of items) {
    const [key, member] = entryOf(item);
    const group = groups.get(key) ?? new Set<Member>();
    groups.set(key, group.add(member));
  }
  return groups;
}

interface PodNames {
  readonly secrets: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

/** The pull secrets and the service accounts that are named anywhere in an object; a pod that names none is `default`'s. */
function podNames(yaml: YamlText, object: YamlNode): PodNames {
  const secrets = new Set<string>();
  const accounts = new Set<string>();
  const seen = new Set<YamlNode>();
  const visit = (node: YamlNode): void => {
    // What aliases bring once more names the same.
    if (seen.has(node)) return;
    seen.add(node);
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
