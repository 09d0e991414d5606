import { pfiles as tool } from '../tools/pfiles/index.ts';
import { usage } from '../tools/pfiles/options.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const pfiles: Command = toolCommand('pfiles', 'Every descriptor of a process, as pfiles tells', tool, usage());
