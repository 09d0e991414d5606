import { answerLines, type Format, type NetnsChoice, type Tool } from '../../packages/analyze/src/tools/tool.ts';
import { type TestRows, testCase } from './case.ts';

interface Options {
  readonly format?: Format;
  readonly netns?: NetnsChoice;
}

/** What a live tool answers from a case that holds these rows. */
export function runTool(tool: Tool, line: string, rows: TestRows, options: Options = {}): { out: string; err: string; code: number } {
  const format = options.format ?? 'table';
  const answer = tool(line.split(' '), { db: testCase(rows), captureId: 1, netns: options.netns ?? 'own', format });
  return { out: [...answerLines(answer, format)].join(''), err: answer.err.join(''), code: answer.exit() };
}
