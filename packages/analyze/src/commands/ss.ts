import { ss as tool } from '../tools/ss/index.ts';
import { usage } from '../tools/ss/options.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const ss: Command = toolCommand('ss', 'Sockets, as ss lists them', tool, usage());
