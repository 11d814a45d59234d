/** Loaded before anything else: ends the process where Node is too old. So it must be what any Node can read. */

const found = process.versions.node;
const [major = 0, minor = 0] = found.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`pin-digests needs Node 20.19 or later, but this is Node ${found}\n`);
  process.exit(1);
}
