import { spawnSync } from "node:child_process";
import { type Command, shell } from "./command.ts";

/** The same images, in each form that a peer reads. */
export interface PeerInput {
  readonly list: string;
  readonly stream: string;
  /** The distinct ones. */
  readonly images: readonly string[];
  /** Whether the registry speaks HTTPS, and its authority is trusted. */
  readonly isSecure: boolean;
}

/** Another program that finds out digests. */
export interface Peer {
  readonly name: string;
  /** Whether the program is here. */
  readonly isHere: boolean;
  readonly command: (input: PeerInput) => Command;
}

/** The path of another program: what a variable of its name in upper case says, else as PATH has it; undefined where it isn't. */
export function toolFor(name: string, probe: string): string | undefined {
  const file = process.env[name.toUpperCase().replaceAll("-", "_")] ?? name;
  return spawnSync(file, [probe], { stdio: "ignore" }).status === 0 ? file : undefined;
}

const crane = toolFor("crane", "version");
const skopeo = toolFor("skopeo", "--version");
const kbld = toolFor("kbld", "version");
const digester = toolFor("k8s-digester", "--help");

// As a person would write it, who has nothing else: each distinct image once, eight at a time, and awk puts the digests in.
const craneAndAwk = (flags: string): string => `in=$(mktemp) && trap 'rm -f "$in"' EXIT && cat >"$in" &&
awk '$1 == "image:" { print $2 }' "$in" | sort -u |
xargs -P 8 -I{} sh -c 'echo {} {}@$(${crane} digest ${flags} {})' |
awk 'NR == FNR { pinned[$1] = $2; next } $1 == "image:" && $2 in pinned { sub($2, pinned[$2]) } { print }' - "$in"`;

// In the form that asks for least: --raw saves skopeo the list of tags and the configuration. It finds the digests, and
// neither reads nor writes a manifest.
const skopeoLoop = (flags: string): string =>
  `while read -r image; do ${skopeo} inspect --raw ${flags} "docker://$image" | sha256sum; done`;

/** All that are compared; some may be missing. */
export const allPeers: readonly Peer[] = [
  {
    name: "k8s-digester",
    isHere: digester !== undefined,
    command: ({ list }) => ({ file: digester ?? "", args: [], input: list }),
  },
  { name: "kbld", isHere: kbld !== undefined, command: kbldOf() },
  { name: "kbld, 8 at once", isHere: kbld !== undefined, command: kbldOf("--build-concurrency=8") },
  {
    name: "crane, 8 at once, and awk",
    isHere: crane !== undefined,
    command: ({ stream, isSecure }) => shell(craneAndAwk(isSecure ? "" : "--insecure"), stream),
  },
  {
    name: "skopeo",
    isHere: skopeo !== undefined,
    command: ({ images, isSecure }) =>
      shell(skopeoLoop(isSecure ? "" : "--tls-verify=false"), images.map((image) => `${image}\n`).join("")),
  },
];

/** It asks for four images at a time unless told. */
function kbldOf(...args: readonly string[]): Peer["command"] {
  return ({ stream, isSecure }) => ({
    file: kbld ?? "",
    args: ["-f", "-", "--images-annotation=false", ...(isSecure ? [] : ["--registry-insecure"]), ...args],
    input: stream,
  });
}
