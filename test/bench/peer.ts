import { spawnSync } from "node:child_process";
import { type Command, shell } from "./command.ts";

/** The same images, in each form that a peer reads. */
export interface PeerInput {
  readonly list: string;
  readonly stream: string;
  /** The distinct ones. */
  readonly images: readonly string[];
  /** All, as often as they occur. */
  readonly references: readonly string[];
}

/** Another program that finds out digests. */
export interface Peer {
  readonly name: string;
  /** Whether the program is here. */
  readonly isHere: boolean;
  /** What its time depends on: with one of them alone, it need not be measured for each of the other. */
  readonly dependsOn: readonly ("resources" | "images")[];
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

// Loops as a person would write them, in the form that asks for least: --raw saves skopeo the list of tags and the
// configuration. They find digests, and neither read nor write a manifest.
const craneLoop = `while read -r image; do ${crane} digest --insecure "$image"; done`;
const craneAtOnce = `xargs -P 8 -I{} ${crane} digest --insecure {}`;
const skopeoLoop = `while read -r image; do ${skopeo} inspect --raw --tls-verify=false "docker://$image" | sha256sum; done`;

/** All that are compared; some may be missing. */
export const allPeers: readonly Peer[] = [
  {
    name: "crane",
    isHere: crane !== undefined,
    dependsOn: ["images"],
    command: ({ images }) => shell(craneLoop, lines(images)),
  },
  {
    name: "crane, 8 at once",
    isHere: crane !== undefined,
    dependsOn: ["images"],
    command: ({ images }) => shell(craneAtOnce, lines(images)),
  },
  {
    // As k8s-digester does it, with the same library.
    name: "crane, each reference",
    isHere: crane !== undefined,
    dependsOn: ["resources"],
    command: ({ references }) => shell(craneLoop, lines(references)),
  },
  {
    name: "skopeo",
    isHere: skopeo !== undefined,
    dependsOn: ["images"],
    command: ({ images }) => shell(skopeoLoop, lines(images)),
  },
  {
    name: "kbld",
    isHere: kbld !== undefined,
    dependsOn: ["resources", "images"],
    command: ({ stream }) => ({
      file: kbld ?? "",
      args: ["-f", "-", "--images-annotation=false", "--registry-insecure"],
      input: stream,
    }),
  },
  {
    name: "k8s-digester",
    isHere: digester !== undefined,
    dependsOn: ["resources", "images"],
    command: ({ list }) => ({ file: digester ?? "", args: [], input: list }),
  },
];

function lines(images: readonly string[]): string {
  return images.map((image) => `${image}\n`).join("");
}
