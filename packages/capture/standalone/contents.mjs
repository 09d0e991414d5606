import { spawnSync } from 'node:child_process';
import { NAME } from './bundle.mjs';
import { LIBRARIES } from './kit.mjs';
import { UNNAMED } from './node26.mjs';

/** Where a library came from, as far as this machine's package list tells. */
function debian(names) {
  const { stdout, status } = spawnSync('dpkg-query', ['-W', '-f', `\${Package} \${Version}\n`, ...names], { encoding: 'utf8' });
  return status === 0 || stdout !== '' ? stdout.trim().split('\n').filter(Boolean) : ['(of a machine without dpkg)'];
}

const SOURCES = [
  'libc6',
  'libstdc++6',
  'libgcc-s1',
  'libatomic1',
  'libc6-arm64-cross',
  'libstdc++6-arm64-cross',
  'libgcc-s1-arm64-cross',
  'libatomic1-arm64-cross',
];

/** CONTENTS.txt: what is in the files beside it. */
export function contents(files, packages, node) {
  const list = (items) => items.map((item) => `  ${item}\n`).join('');
  return `What is inside

${list(files.map(({ name, bytes }) => `${name}  ${bytes} bytes`))}
${NAME}.cjs
  The capture and what it imports as one file for Node 22.15 or later, made by esbuild from the sources of this version.
${list(packages)}
${NAME}-linux-ARCH
  The same file inside Node ${node} (MIT and the licences in LICENSE.node), one executable. Needs glibc 2.28 or later, libstdc++ and libatomic of the host.
  Set for good: no options from NODE_OPTIONS, no OpenSSL configuration, a heap of at most 256 MiB a process.
  Changed in the binary of Node: symbols stripped; the names of these variables emptied, so that the environment cannot make Node write or load files:
${list(UNNAMED)}
${NAME}-kit-linux-ARCH.tar.gz
  ${NAME}-kit/${NAME}: a starter of a few hundred instructions without any library (standalone/starter.c, MIT); it runs
  lib/ld.so with an empty environment on lib/${NAME}, which is the executable above.
  lib/ld.so: the loader of glibc; its one mention of /etc/ld.so.preload is overwritten by a name that cannot exist.
${list(LIBRARIES.map((name) => `lib/${name}`))}
  glibc is under the LGPL 2.1, libstdc++, libgcc_s and libatomic under the GPL 3 with the runtime library exception; their source is that of the Debian packages
${list(debian(SOURCES))}`;
}
