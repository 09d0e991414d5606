import { addressText, byLine, kept, type Rule } from './lines.ts';

const ACCOUNT = /^[^:]*$/;

/** No password field, no comment field: the name, the numbers, and paths. */
export const passwd: Rule = byLine((line, { names }) => {
  if (line === '') return '';
  const [name = '', , uid = '', gid = '', , home = '', shell = '', ...more] = line.split(':');
  if (more.length > 0 || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return null;
  return [names.text(name), 'x', uid, gid, '', names.path(home), names.path(shell)].join(':');
});

export const group: Rule = byLine((line, { names }) => {
  if (line === '') return '';
  const [name = '', , gid = '', members = '', ...more] = line.split(':');
  if (more.length > 0 || !/^\d+$/.test(gid) || !ACCOUNT.test(members)) return null;
  return [
    names.text(name),
    'x',
    gid,
    members
      .split(',')
      .map((member) => names.text(member))
      .join(','),
  ].join(':');
});

/** Comments become empty comments, so that the lines keep their numbers. */
export const hosts: Rule = byLine((line, context) => {
  const [told = '', ...comment] = line.split('#');
  const words = told
    .split(/(\s+)/)
    .map((word, i) => (i % 2 === 1 || word === '' ? word : (addressText(word, context) ?? context.names.host(word))));
  return words.join('') + (comment.length > 0 ? '#' : '');
});

export const resolvConf: Rule = byLine((line, context) => {
  const m = /^(nameserver|search|domain|options)(\s+)(.*)$/.exec(line);
  if (m === null) return line === '' ? '' : '#';
  const [, key = '', blank = '', value = ''] = m;
  if (key === 'options') return /^[\w:\s-]*$/.test(value) && !context.names.identifies(value) ? line : '#';
  return (
    key +
    blank +
    value
      .split(/(\s+)/)
      .map((word, i) => (i % 2 === 1 ? word : (addressText(word, context) ?? context.names.host(word))))
      .join('')
  );
});

/** services, protocols, rpc: names of services stay unless somebody is named; comments go. */
export const registry: Rule = byLine((line, { names }) => {
  const [told = '', ...comment] = line.split('#');
  if (!/^[\x20-\x7e\t]*$/.test(told)) return null;
  return (names.identifies(told) ? names.text(told) : told) + (comment.length > 0 ? '#' : '');
});

/** os-release, nsswitch.conf: the distribution's own text. */
export const distribution: Rule = byLine((line, context) => (line.startsWith('#') ? '#' : kept(/^[\x20-\x7e\t]*$/)(line, context, 0)));

export const paths: Rule = byLine((line, { names }) => names.path(line));

/** Who built the kernel, and where, stands in the first parentheses. */
export const version: Rule = byLine((line, { names }) => {
  if (!/^[\x20-\x7e]*$/.test(line)) return null;
  const told = line.replace(
    /\(([^()\s@]+)@([^()\s]+)\)/,
    (_, who: string, where: string) => `(${names.opaque(who)}@${names.opaque(where)})`,
  );
  return names.identifies(told) ? null : told;
});
