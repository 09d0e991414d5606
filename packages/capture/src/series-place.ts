import { closeSync, constants, openSync } from 'node:fs';
import { momentName } from './archive/series.ts';
import { FdSink, type Sink } from './archive/sink.ts';
import type { SeriesPlace } from './series.ts';
import { SeriesStream } from './series-stream.ts';
import type { CaptureResult } from './summary.ts';

/** One file a moment; nothing is overwritten. `now` is told what is being written. */
export function inDirectory(directory: string, ending: string, now: (path: string) => void): SeriesPlace {
  let open: number | null = null;
  return {
    begin: async (moment) => {
      const output = `${directory}/${momentName(moment)}${ending}`;
      now(output);
      open = openSync(output, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      return { to: new FdSink(open), output };
    },
    end: async () => {
      if (open !== null) closeSync(open);
      open = null;
    },
  };
}

export interface PipePlace extends SeriesPlace {
  close(archives: number): Promise<void>;
}

/** All of them on one pipe. */
export function onPipe(sink: Sink, id: string, ending: string): PipePlace {
  const stream = new SeriesStream(sink);
  let begun = false;
  return {
    begin: async (moment) => {
      if (!begun) await stream.open(id);
      begun = true;
      await stream.begin(`${momentName(moment)}${ending}`);
      return { to: stream, output: null };
    },
    end: ({ archiveBytes, sha256 }: CaptureResult) => stream.end(archiveBytes, sha256),
    close: (archives) => stream.close(archives),
  };
}
