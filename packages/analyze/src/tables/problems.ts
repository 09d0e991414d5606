import type { Table } from './table.ts';

export const problems: Table = {
  name: 'problems',
  doc: 'Everything that could not be read, understood or trusted.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['problem_id', 'INTEGER', 'Running number within the capture.'],
    ['source_id', 'INTEGER', 'Source it concerns; NULL when it concerns the archive itself.'],
    ['line', 'INTEGER', 'First line concerned, counted from 1.'],
    ['lines', 'INTEGER', 'Number of lines that became this problem and no row.'],
    ['offset', 'INTEGER', 'Byte offset in the archive, for problems of the container.'],
    ['code', 'TEXT', 'Word from the closed list in docs/PROBLEMS.md.'],
    ['message', 'TEXT', 'What is wrong, in a sentence.'],
    ['bytes', 'BLOB', 'The beginning of what it is about, at most 256 bytes.'],
  ],
  primaryKey: ['capture_id', 'problem_id'],
  indexes: [['capture_id', 'code']],
};
