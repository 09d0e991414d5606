import { rpcinfo as tool } from '../tools/rpcinfo/index.ts';
import { usage } from '../tools/rpcinfo/options.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const rpcinfo: Command = toolCommand('rpcinfo', 'What the portmapper had registered, as rpcinfo tells', tool, usage());
