// node --conditions=source samples/make.ts [busy-host|intrusion]: makes the samples again, on private hosts with made-up names, and refuses to keep anything of this machine.
import { makeBusyHost } from './busy-host.ts';
import { makeIntrusion } from './intrusion.ts';

const SAMPLES: Readonly<Record<string, () => Promise<void>>> = { 'busy-host': makeBusyHost, intrusion: makeIntrusion };

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SAMPLES)) {
  const make = SAMPLES[name];
  if (make === undefined) throw new Error(`no sample ${name}`);
  await make();
}
