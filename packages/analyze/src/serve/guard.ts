import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request asks for, once it is known to come from the page or from the person who has its address. */
export type Asked =
  | { readonly what: 'page'; readonly search: URLSearchParams }
  | { readonly what: 'query' }
  | { readonly what: 'refused'; readonly status: 403 | 404 | 405 | 415 | 421; readonly allow?: string };

/** The type of a statement. No form of another site can send it, and a script of another site would have to ask first (CORS), which is refused. */
export const SQL_TYPE = 'application/sql';

/**
 * Who may speak with the server: whoever knows the token, at an address of this machine, from no other site. A name that somebody turned to
 * 127.0.0.1 (DNS rebinding) stands in Host; another site's script or form in Origin and Sec-Fetch-Site. What is wrong gets no hint of what is right.
 */
export function asked(
  { method = '', url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  token: string,
  port: number,
): Asked {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) return { what: 'refused', status: 421 };
  const origin = headers.origin;
  if (origin !== undefined && origin !== `http://${headers.host}`) return { what: 'refused', status: 403 };
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return { what: 'refused', status: 403 };
  const [path = '', search = ''] = url.split('?');
  const parts = /^\/([^/]*)\/(query)?$/.exec(path);
  if (parts === null || !same(parts[1] ?? '', token)) return { what: 'refused', status: 404 };
  if (parts[2] === undefined) {
    if (method !== 'GET' && method !== 'HEAD') return { what: 'refused', status: 405, allow: 'GET, HEAD' };
    return { what: 'page', search: new URLSearchParams(search) };
  }
  if (method !== 'POST') return { what: 'refused', status: 405, allow: 'POST' };
  if (origin === undefined) return { what: 'refused', status: 403 };
  return headers['content-type'] === SQL_TYPE ? { what: 'query' } : { what: 'refused', status: 415 };
}

/** In a time that does not tell how much is right. */
function same(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
