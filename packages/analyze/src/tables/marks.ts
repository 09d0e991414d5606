import type { Table } from './table.ts';

export const marks: Table = {
  name: 'marks',
  doc: 'Rows that may not be what they say, each with the reason; computed once when the capture was loaded. Nothing is corrected: the rows stand as they were.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['mark_id', 'INTEGER', 'Running number within the capture.'],
    ['kind', 'TEXT', 'Word from the closed list in docs/MARKS.md.'],
    ['weight', 'TEXT', 'strong: no ordinary cause is known, or hardly one; weak: ordinary causes are as likely.'],
    ['about', 'TEXT', 'Table the marked row stands in.'],
    ['pid', 'INTEGER', 'Process it is about; NULL for sockets and mounts.'],
    ['tid', 'INTEGER', 'Thread, for descriptors; 0 for the table of the process.'],
    ['fd', 'INTEGER', 'Descriptor it is about.'],
    ['claim', 'BYTES', 'What the row says: the name, path or argument that is in doubt.'],
    ['finding', 'BYTES', 'What speaks against it, where that is a name or a number.'],
    ['reason', 'TEXT', 'Why it is marked, in a sentence.'],
    ['benign', 'TEXT', 'Ordinary causes that are known.'],
    ['evidence', 'TEXT', 'Handles for coldstat raw of everything it rests on, as a JSON array; the marked row first.'],
    ['source_id', 'INTEGER', 'Source of the marked row.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  primaryKey: ['capture_id', 'mark_id'],
  indexes: [
    ['capture_id', 'source_id', 'line'],
    ['capture_id', 'pid'],
  ],
};
