import { pfiles as tool } from '../tools/pfiles/index.ts';
import { usage } from '../tools/pfiles/options.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const pfiles: Command = toolCommand('pfiles', 'every descriptor of a process, as pfiles would have told', tool, usage());
