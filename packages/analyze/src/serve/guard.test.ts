import { expect, test } from 'vitest';
import { asked, SQL_TYPE } from './guard.ts';

const TOKEN = 'k'.repeat(43);
const HOST = '127.0.0.1:8000';

function verdict(url: string, method: string, headers: Record<string, string>): string {
  const answer = asked({ url, method, headers }, TOKEN, 8000);
  return answer.what === 'refused' ? String(answer.status) : answer.what;
}

const page = (headers: Record<string, string>, url = `/${TOKEN}/`, method = 'GET'): string =>
  verdict(url, method, { host: HOST, ...headers });
const query = (headers: Record<string, string>, method = 'POST'): string =>
  verdict(`/${TOKEN}/query`, method, { host: HOST, origin: `http://${HOST}`, 'content-type': SQL_TYPE, ...headers });

test('whoever has the address gets the page, and the page gets answers', () => {
  expect(page({})).toBe('page');
  expect(page({ host: 'localhost:8000' })).toBe('page');
  expect(page({ 'sec-fetch-site': 'none' })).toBe('page');
  expect(page({}, `/${TOKEN}/?before=1&after=2`)).toBe('page');
  expect(page({}, `/${TOKEN}/`, 'HEAD')).toBe('page');
  expect(query({})).toBe('query');
  expect(query({ 'sec-fetch-site': 'same-origin' })).toBe('query');
});

test.each(['evil.example:8000', '127.0.0.1', '127.0.0.1:8001', '[::1]:8000', '127.0.0.1:8000.evil.example', 'LOCALHOST.:8000', ''])(
  'a name that was turned to this machine is refused: Host %j',
  (host) => {
    expect(page({ host })).toBe('421');
    expect(query({ host })).toBe('421');
  },
);

test.each([
  'http://evil.example',
  'null',
  'https://127.0.0.1:8000',
  'http://127.0.0.1:8001',
  'http://localhost:8000',
  `http://${HOST}.evil.example`,
])('another origin is refused: %s', (origin) => {
  expect(page({ origin })).toBe('403');
  expect(query({ origin })).toBe('403');
});

test.each(['cross-site', 'same-site', 'anything'])('a browser that says %s is refused', (site) => {
  expect(page({ 'sec-fetch-site': site })).toBe('403');
  expect(query({ 'sec-fetch-site': site })).toBe('403');
});

test.each([
  '/',
  '',
  '//',
  '/k/',
  `/${TOKEN}`,
  `/${TOKEN.slice(1)}/`,
  `/${TOKEN}k/`,
  `/${TOKEN}/../`,
  `/${TOKEN}/x`,
  `/${TOKEN}/query/`,
  `/?${TOKEN}/`,
  '/query',
  `/${TOKEN.toUpperCase()}/`,
  `/%6b${TOKEN.slice(1)}/`,
])('no other path is there: %s', (url) => expect(page({}, url)).toBe('404'));

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'get'])('the page is not there for %s', (method) => {
  expect(page({}, `/${TOKEN}/`, method)).toBe('405');
});

test.each(['GET', 'HEAD', 'OPTIONS', 'PUT'])('a statement is not asked with %s', (method) => expect(query({}, method)).toBe('405'));

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', `${SQL_TYPE}; charset=utf-8`])(
  'what a form of another site can send is no statement: %s',
  (type) => {
    expect(query({ 'content-type': type })).toBe('415');
  },
);

test('a statement says from where it comes', () => {
  expect(verdict(`/${TOKEN}/query`, 'POST', { host: HOST, 'content-type': SQL_TYPE })).toBe('403');
});
