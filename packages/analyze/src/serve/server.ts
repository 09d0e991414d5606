import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '../report/html.ts';
import { UserError } from '../user-error.ts';
import { asked } from './guard.ts';

export interface Answer {
  /** Rows with the names of the columns first, as tab separated values. */
  readonly tsv?: string;
  readonly rows?: number;
  readonly cut?: boolean;
  /** Why there is no answer. */
  readonly refused?: string;
}

export interface Served {
  readonly token: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The page; `before` and `after` are what its address says of the captures to compare. */
  page(before: string | null, after: string | null): Promise<Page>;
  /** Answers one statement; `gone` says that nobody waits any more. */
  query(sql: string, gone: AbortSignal): Promise<Answer>;
  /** Hears of an error that is nobody's mistake but ours. */
  failed(error: unknown): void;
}

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Bytes of a statement. */
const MAX_BODY = 1 << 16;

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Serves one page and the answers to its statements on the loopback interface until it is closed. Rejects when the port is taken. */
export async function serve(served: Served): Promise<Listening> {
  const server = createServer({ maxHeaderSize: 1 << 14, requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    void respond(request, response, served, portOf(server));
  });
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: served.port }, resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}/${served.token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

/** One request. An error of ours ends this request, never the server. */
async function respond(request: IncomingMessage, response: ServerResponse, served: Served, port: number): Promise<void> {
  try {
    const what = asked(request, served.token, port);
    if (what.what === 'page') await sendPage(request, response, served, what.search);
    else if (what.what === 'query') await sendAnswer(request, response, served);
    else end(response, what.status, what.allow === undefined ? {} : { allow: what.allow });
  } catch (error) {
    if (error instanceof UserError) return send(response, { refused: [error.message, error.hint ?? ''].join('\n') });
    served.failed(error);
    if (!response.headersSent) end(response, 500);
    else response.destroy();
  }
}

async function sendPage(request: IncomingMessage, response: ServerResponse, served: Served, search: URLSearchParams): Promise<void> {
  const { html, policy } = await served.page(search.get('before'), search.get('after'));
  const body = Buffer.from(html);
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': `${policy}; frame-ancestors 'none'` };
  response.writeHead(200, { ...HEADERS, ...headers, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function sendAnswer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const sql = await bodyOf(request);
  if (sql === null) return end(response, 413, { connection: 'close' });
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answer = await served.query(sql, gone.signal);
  if (!gone.signal.aborted) send(response, answer);
}

function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(JSON.stringify(answer));
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

/** Null for more than a statement can be. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A refusal says its number and nothing else. */
function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...HEADERS, ...headers, 'content-length': 0 });
  response.end();
}
