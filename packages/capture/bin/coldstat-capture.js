#!/usr/bin/env node
// The version check comes first and alone: an old Node must get one clear line, not a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`coldstat-capture: needs Node 22.15 or later, this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  const { main } = await import('../dist/cli.js');
  await main();
}
