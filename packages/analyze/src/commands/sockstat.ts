import { sockstat as tool } from '../tools/sockstat/index.ts';
import { usage } from '../tools/sockstat/options.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const sockstat: Command = toolCommand('sockstat', 'Sockets by holder, as sockstat lists them', tool, usage('freebsd'));
