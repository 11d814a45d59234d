import { repository, run } from "./command.ts";
import { identityImage, isAvailable, nodeImage, pinImage } from "./tools.ts";

/** Builds what the suite runs: the executable, the image by the README's command, and an image that changes nothing. */
export async function setup(): Promise<void> {
  await succeed("npm", ["run", "build"]);
  if (!isAvailable("image")) return;
  await build(pinImage, [`NODE_IMAGE=${nodeImage}`], ".");
  await build(identityImage, [`NODE_IMAGE=${nodeImage}`], "test/e2e/identity");
}

/** chroot: a build needs no more isolation than this, and no more is to be had in a container. */
async function build(name: string, args: readonly string[], context: string): Promise<void> {
  const settings = args.flatMap((arg) => ["--build-arg", arg]);
  await succeed("buildah", [
    "bud",
    "--isolation",
    "chroot",
    "--timestamp",
    "0",
    ...settings,
    "-t",
    name,
    context,
  ]);
}

async function succeed(command: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, { cwd: repository });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
}
