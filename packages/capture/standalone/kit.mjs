import {
  chmodSync,
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { NAME } from './bundle.mjs';
import { run } from './node26.mjs';

/** Loader, libraries and compiler of a machine, as Debian lays them out; the libraries are what `readelf -d` says that Node needs. */
const MACHINES = {
  x64: { loader: 'ld-linux-x86-64.so.2', cross: 'x86_64-linux-gnu' },
  arm64: { loader: 'ld-linux-aarch64.so.1', cross: 'aarch64-linux-gnu' },
};
export const LIBRARIES = ['libatomic.so.1', 'libdl.so.2', 'libm.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libpthread.so.0', 'libc.so.6'];

/** The file that every loader reads, and a name of the same length that can never be one. */
const PRELOAD = '/etc/ld.so.preload';
const NOWHERE = '/dev/null/preload.';

/** Makes OUT/NAME-kit-linux-ARCH.tar.gz: the executable with its own loader and libraries, and a starter that clears the environment. */
export async function kit(arch, executable, out, work) {
  const home = join(work, `kit-${arch}`);
  const lib = join(home, 'lib');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(lib, { recursive: true });
  const { loader, cross } = MACHINES[arch];
  writeFileSync(join(lib, 'ld.so'), withoutPreload(readFileSync(found(loader, arch))));
  for (const name of LIBRARIES) copyFileSync(found(name, arch), join(lib, name));
  copyFileSync(executable, join(lib, NAME));
  compileStarter(process.arch === arch ? 'gcc' : `${cross}-gcc`, join(home, NAME));
  for (const file of [join(home, NAME), join(lib, NAME), join(lib, 'ld.so')]) chmodSync(file, 0o755);
  const archive = join(out, `${NAME}-kit-linux-${arch}.tar.gz`);
  await tar(home, archive);
  return home;
}

function found(name, arch) {
  const { cross } = MACHINES[arch];
  const places = [`/lib/${cross}`, `/usr/lib/${cross}`, `/usr/${cross}/lib`, '/lib64'];
  const file = places.map((place) => join(place, name)).find((path) => existsSync(path));
  if (file === undefined)
    throw new Error(
      `${name} for ${arch} is not installed: on Debian libc6-${arch}-cross, libstdc++6-${arch}-cross, libatomic1-${arch}-cross`,
    );
  return realpathSync(file);
}

/** The loader without its way to the preload file of the host. */
function withoutPreload(bytes) {
  const at = bytes.indexOf(`${PRELOAD}\0`, 0, 'latin1');
  if (at < 0 || bytes.indexOf(PRELOAD, at + 1, 'latin1') >= 0)
    throw new Error(`the loader does not name ${PRELOAD} once, as it is expected to`);
  bytes.write(NOWHERE, at, 'latin1');
  return bytes;
}

function compileStarter(compiler, output) {
  const source = fileURLToPath(new URL('starter.c', import.meta.url));
  const plain = ['-ffreestanding', '-fno-stack-protector', '-fno-asynchronous-unwind-tables', '-fno-pie', '-no-pie'];
  const link = ['-static', '-nostdlib', '-Wl,--build-id=none', '-Wl,-z,noexecstack', '-s'];
  run(compiler, ['-Os', '-Wall', '-Wextra', '-Werror', ...plain, ...link, '-o', output, source]);
}

/** The directory as a tar with no times and no names of the machine that made it. */
async function tar(home, file) {
  const archive = pack();
  const written = pipeline(archive, createGzip({ level: 9 }), createWriteStream(file));
  const names = [
    NAME,
    ...readdirSync(join(home, 'lib'))
      .sort()
      .map((name) => `lib/${name}`),
  ];
  for (const name of names) {
    const body = readFileSync(join(home, name));
    const mode = name.endsWith(NAME) || name.endsWith('ld.so') ? 0o755 : 0o644;
    await new Promise((done, fail) => {
      archive.entry({ name: `${NAME}-kit/${name}`, mode, mtime: new Date(0) }, body, (error) => (error ? fail(error) : done()));
    });
  }
  archive.finalize();
  await written;
}
