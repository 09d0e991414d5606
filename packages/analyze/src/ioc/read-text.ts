import { meaningByForm } from './by-form.ts';
import type { Entry } from './indicator.ts';
import { refang } from './meaning.ts';

/** One indicator a line; `#` begins a comment, and what follows it on the line of an indicator says something about that one. */
export function* readText(text: string, list: string): Generator<Entry, void> {
  let line = 0;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    line++;
    const raw = text.slice(at, end).trim();
    at = end + 1;
    if (raw === '' || raw.startsWith('#')) continue;
    const comment = raw.search(/\s#/);
    const written = comment < 0 ? raw : raw.slice(0, comment).trimEnd();
    const about = comment < 0 ? null : raw.slice(comment + 2).trim() || null;
    yield entryOf(written, list, line, about);
  }
}

/** What one text means by its form. */
export function entryOf(written: string, list: string, place: number | string, about: string | null): Entry {
  const text = refang(written);
  if (text.includes('\ufffd')) return { list, place, text: written, reason: 'is no UTF-8' };
  const meaning = meaningByForm(text);
  if ('reason' in meaning) return { list, place, text: written, reason: meaning.reason };
  return { indicator: { text, type: meaning.type, list, place, about }, alternatives: meaning.alternatives };
}
