import { resolve } from 'node:path';
import { check } from '../baseline/check.ts';
import { baselineText, parseBaseline } from '../baseline/file.ts';
import { keysOf } from '../baseline/keys.ts';
import { sightOf } from '../baseline/sight.ts';
import { selectCaptures } from '../db/select.ts';
import { createNamed, readNamed } from '../named-file.ts';
import { terminal } from '../render/cell.ts';
import { formatRows } from '../render/format.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { oneCapture, openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface BaselineOptions extends CaseOptions {
  readonly output?: string;
}

export const baseline: Command = ownCommand<BaselineOptions>(
  'baseline',
  'Keep what good captures show, and check others against it',
  (program) => {
    caseOptions(program, 'all for create, latest for check')
      .argument('<action>', 'create, or check')
      .argument('[file]', 'the baseline to check against')
      .option('-o, --output <file>', 'where create writes the baseline, - for standard output')
      .addHelpText('after', HELP);
  },
  async ({ db: file, archive, capture, format: wanted, output }, [action, path, ...more], io, globals) => {
    const format = parseFormat(wanted);
    const words = [action === 'create' && path === undefined, action === 'check' && path !== undefined && output === undefined];
    if (!words.includes(true) || more.length > 0) {
      throw new UserError('say create or check', 'coldstat baseline create -o FILE; coldstat baseline check FILE');
    }
    if (action === 'create' && output === undefined) throw new UserError('create writes a file', 'coldstat baseline create -o FILE');
    const lines = path === undefined ? [] : parseBaseline(readNamed(resolve(io.cwd, path), path).toString('utf8'));
    const db = await openFor({ db: file, archives: archive ?? [] }, io, globals);
    try {
      if (output !== undefined) {
        const text = baselineText(selectCaptures(db, capture ?? 'all').map((id) => keysOf(db, id).keys()));
        if (output === '-') await io.out(text);
        else createNamed(resolve(io.cwd, output), output, text);
        return 0;
      }
      const id = oneCapture(db, capture);
      const { deviations, unseen } = check(lines, keysOf(db, id), sightOf(db, id));
      for (const { group, lines: count, why } of unseen) io.err(`not checked: ${group}, ${count} of the baseline: ${terminal(why)}\n`);
      const rows = deviations.map((d) => [d.result, d.key, d.held, d.handle]);
      await writeLines(formatRows({ columns: ['result', 'key', 'held', 'handle'], rows }, format), io);
      return deviations.length > 0 ? 1 : 0;
    } finally {
      db.close();
    }
  },
);

const HELP = `
A baseline is a text: the line "# coldstat baseline 1", then one key a line in the order of their bytes, each behind the number of
captures that held it, as 2/3. Lines may be removed, added without a number, and begin with # to say something to people. A * in a
key matches anything; it stands where something was unknown, such as a program that could not be read. Names are escaped as on a
terminal, and a star in one as \\x2a.
  listener PROTOCOL any|loopback|link-local|multicast|address PORT|ephemeral root|system|user|nobody own|other PROGRAM
  process root|system|user|nobody PROGRAM          module NAME          interface NAME
  user UID NAME          service PORT PROTOCOL NAME          mount TYPE PLACE
A port is ephemeral in the captured ip_local_port_range, or from 32768 where that was not captured; own is the network namespace of
the capture. Kernel threads, zombies and the capture itself are left out. check tells what is new, and what is missing with the number
of captures of the baseline that held it; what the capture could not have shown, as a table that it did not read, is not checked, and
that is said. A program whose file was deleted, as by an upgrade, is what it was before.
Exit status: 0 as the baseline, 1 something is new or missing, 2 a mistake on the command line.`;
