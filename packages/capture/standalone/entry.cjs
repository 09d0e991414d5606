// First file of the bundle. The version check comes alone: an old Node must get one clear line, not a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`coldstat-capture: needs Node 22.15 or later, this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  import('../src/cli.ts').then(({ main }) => main());
}
