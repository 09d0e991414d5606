/** The part of tar-stream that makes header blocks, which its types leave out. */
declare module 'tar-stream/headers.js' {
  import type { Headers } from 'tar-stream';
  export function encode(header: Omit<Headers, 'uname' | 'gname'>): Buffer;
}
