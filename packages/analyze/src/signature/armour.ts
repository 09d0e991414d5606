import { UserError } from '../user-error.ts';

/** ssh-keygen breaks lines here. */
const COLUMNS = 70;

/** Bytes between `-----BEGIN LABEL-----` and its end, as RFC 7468 and PROTOCOL.sshsig have them. */
export function armoured(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The label of the first armour in a text, or null. */
export function labelOf(text: string): string | null {
  return /^-----BEGIN ([A-Z0-9 ]{1,40})-----\r?$/m.exec(text)?.[1] ?? null;
}

/** The bytes of the first armour of this label. Throws UserError, `what` naming the file. */
export function unarmoured(label: string, text: string, what: string): Buffer {
  const begin = `-----BEGIN ${label}-----`;
  const start = text.indexOf(begin);
  const end = text.indexOf(`-----END ${label}-----`, start);
  if (start < 0) throw new UserError(`${what} holds no ${label}`);
  if (end < 0) throw new UserError(`${what} is damaged: its last line is missing`);
  const bytes = fromBase64(text.slice(start + begin.length, end).replace(/\s/g, ''));
  if (bytes === null) throw new UserError(`${what} is damaged: it is not base64`);
  return bytes;
}

/** Strict base64: null for anything that would not be written so. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
