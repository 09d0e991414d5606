import type { Table } from './table.ts';

export const ledger: Table = {
  name: 'ledger',
  doc: 'What coldstat ledger says of each capture, computed once when it was loaded.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['entry_id', 'INTEGER', 'Running number within the capture.'],
    [
      'section',
      'TEXT',
      'taken, sources, counters, order, cross-view, capture, socket without holder, holder, descriptor without row: what kind of question it answers.',
    ],
    ['check', 'TEXT', 'What was asked, or the reason that is counted.'],
    ['net_ns', 'INTEGER', 'Network namespace it is about; NULL when it is about the host.'],
    ['result', 'TEXT', 'holds, broken, blind (the capture lacks what the question needs) or count.'],
    ['expected', 'INTEGER', 'What the other side says; NULL for counts.'],
    ['found', 'INTEGER', 'What was found.'],
    ['basis', 'TEXT', 'What the answer rests on.'],
    ['tolerance', 'TEXT', 'What is let pass before something is called broken; NULL where nothing is.'],
  ],
  primaryKey: ['capture_id', 'entry_id'],
  indexes: [],
};
