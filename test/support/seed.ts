import fc from 'fast-check';

/** Property tests try the same cases in every run, so that a failure is the work of a change; `COLDSTAT_SEED=N` tries others. */
fc.configureGlobal({ seed: Number(process.env['COLDSTAT_SEED'] ?? 20_261_121) });
