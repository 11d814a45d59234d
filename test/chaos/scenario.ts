/** What one run of a campaign is made of, and the same for the same seed and number. */
import { type Content, contentOf, type Fault, faults } from "./faults.ts";
import { type Host, type Plan, type TokenFault, tokenFaults } from "./hosts.ts";
import { createRandom } from "./random.ts";

/** One run. */
export interface Scenario {
  readonly number: number;
  readonly images: readonly ChaoticImage[];
  readonly form: "list" | "stream";
  readonly onError: "fail" | "warn";
  readonly verify: "header" | "get";
  readonly plan: Plan;
  /** Whether what comes of it depends on time or on the order of answers. */
  readonly isUnsettled: boolean;
}

/** An image, and what is wrong with it. */
export interface ChaoticImage {
  readonly text: string;
  readonly kind: string;
  /** The digests that it may be pinned to. */
  readonly allowed: readonly string[];
}

/** Makes the run of a number. */
export function makeScenario(seed: number, number: number, { hosts, size }: ScenarioSpace): Scenario {
  const random = createRandom(seed * 1_000_003 + number);
  // Whoever wants to see all of a run needs one that goes well, too.
  const share = random.pick([0, 0.05, 0.4, 0.8]);
  const isUnsettled = random.chance(0.15);
  const onError = share === 0 || random.chance(0.3) ? "fail" : "warn";
  const verify = random.chance(0.6) ? "header" : "get";
  const spoiled = new Map<string, { fault: Fault; chance: number }>();
  // The hosts of the images for which nobody seems to be there.
  const mute = new Map<string, string>();
  const spoiledTokens = new Map<string, TokenFault>();
  const possible = faults.filter((fault) => isUnsettled || fault.isUnsettled === undefined);
  const images = Array.from({ length: size }, (_, index): ChaoticImage => {
    const isSpoiled = random.chance(share);
    const host = random.pick(
      hosts.filter(({ isRegistry }) => isRegistry || (isSpoiled && random.chance(0.2))),
    );
    const tag = `v${random.below(99)}`;
    const repository = `run-${number}/app-${index}-${tag}`;
    const content = contentOf(repository, tag);
    const text = `${host.address}/${repository}:${tag}`;
    if (!isSpoiled || !host.isRegistry)
      return { text, kind: host.isRegistry ? "good" : `a host ${host.name}`, allowed: [content.digest] };
    if (host.name === "with tokens" && random.chance(0.3)) {
      const fault = random.pick(tokenFaults);
      spoiledTokens.set(repository, fault);
      return { text, kind: fault.name, allowed: [content.digest] };
    }
    const fault = random.pick(possible);
    if (fault.isMute) mute.set(repository, host.address);
    spoiled.set(repository, { fault, chance: random.next() });
    return { text, kind: fault.name, allowed: [content.digest, ...namedBy(fault, content, verify)] };
  });
  return {
    number,
    images,
    form: random.chance(0.5) ? "list" : "stream",
    onError,
    verify,
    plan: { login: loginOf(random.pick(PASSWORDS), number), faults: spoiled, tokenFaults: spoiledTokens },
    isUnsettled: isUnsettled || mute.size > new Set(mute.values()).size,
  };
}

/** What scenarios are made from. */
export interface ScenarioSpace {
  readonly hosts: readonly Host[];
  /** Images in each. */
  readonly size: number;
}

/** The input of a run. */
export function inputOf({ images, form }: Pick<Scenario, "images" | "form">): string {
  const pods = images.map(
    ({ text }, index) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: pod-${index}}\nspec:\n  containers:\n  - {name: a, image: "${text}"} # ${index}\n`,
  );
  if (form === "stream") return pods.join("---\n");
  const items = pods.map((pod) => `- ${pod.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items.join("")}`;
}

/** The configuration of a run; only one that is not settled anyway may run out of time. */
export function configOf({ onError, verify, isUnsettled }: Scenario, registries: string): string {
  return `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata: {name: pin-digests}
onError: ${onError}
verify: ${verify}
report: all
registries: ${registries}
network: ${isUnsettled ? "{timeout: 2s, deadline: 30s, retries: 1}" : "{timeout: 2m, deadline: 4m50s, retries: 1}"}
`;
}

function namedBy({ named }: Fault, content: Content, verify: Scenario["verify"]): readonly string[] {
  return named === undefined || verify === "get" ? [] : [named(content)];
}

// None has a word of a message in it.
const PASSWORDS = [
  "Xq7zvKw9",
  'Xq7/zv+K"w<9>',
  "Xq7 zv&Kw%39",
  "3ff7c94e-1111-4222-8333-5f0a8b7c6d5e",
  "Xq7-2026-01-02T03:04:05Z-zv",
  "Xq7üzv€Kw",
];

function loginOf(password: string, number: number): Plan["login"] {
  return { username: `ada${number}`, password };
}
