import { lsof as tool } from '../tools/lsof/index.ts';
import { lsofHelp } from '../tools/lsof/usage.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const lsof: Command = toolCommand('lsof', 'Open files and sockets of each process, as lsof lists them', tool, lsofHelp());
