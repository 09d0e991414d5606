// What `npm start` runs: captures this host, loads the archive, says how complete it is, what listens and who owns it, and what to try next.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const fromSource = process.execArgv.includes('--conditions=source');
const programs = fromSource
  ? { capture: '../test/support/coldstat-capture.mjs', coldstat: '../test/support/coldstat.mjs' }
  : { capture: '../packages/capture/bin/coldstat-capture.js', coldstat: '../packages/analyze/bin/coldstat.js' };

/** Runs one of the two programs with this terminal; gives its exit code. */
function run(program, ...args) {
  const script = fileURLToPath(new URL(programs[program], import.meta.url));
  const { status, error } = spawnSync(process.execPath, [...process.execArgv, script, ...args], { stdio: 'inherit' });
  if (error) throw error;
  return status ?? 2;
}

function title(text) {
  process.stdout.write(`\n== ${text}\n`);
}

const LISTENERS = `
SELECT s.proto AS protocol,
       CASE s.family WHEN 6 THEN '[' || s.local_address || ']' ELSE s.local_address END || ':' || s.local_port AS address,
       coalesce(group_concat(DISTINCT p.pid || ' ' || CAST(p.name AS TEXT)), '(not seen)') AS held_by,
       (SELECT u.name FROM users u WHERE u.capture_id = s.capture_id AND u.uid = s.uid ORDER BY u.line LIMIT 1) AS user
FROM sockets_inet s
JOIN captures c ON c.capture_id = s.capture_id AND c.own_net_ns = s.net_ns
LEFT JOIN fds f ON f.capture_id = s.capture_id AND f.socket_inode = s.inode AND s.inode > 0
LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
WHERE s.pass = 'A' AND (s.state = 'LISTEN' OR (s.proto LIKE 'udp%' AND s.remote_port = 0))
GROUP BY s.proto, s.local_address, s.local_port, s.inode
ORDER BY s.local_port, s.proto, s.local_address`;

function main() {
  const dir = mkdtempSync(join(tmpdir(), 'coldstat-start-'));
  const archive = join(dir, 'this-host.tar.zst');
  const db = join(dir, 'case.db');

  title('capture this host (coldstat-capture)');
  if (process.geteuid?.() !== 0)
    process.stdout.write('Not root: descriptors of other users’ processes stay unseen, and so do the owners of their sockets.\n');
  if (run('capture', '-o', archive) > 1) return 2;

  title('load the archive into a case file (coldstat load)');
  const loaded = run('coldstat', 'load', archive, '-d', db);
  if (loaded !== 0) return loaded;

  title('how complete it is (coldstat ledger)');
  run('coldstat', 'ledger', '--line', '-d', db);

  title('what listens, and who owns it (coldstat query)');
  run('coldstat', 'query', '-d', db, '--limit', '40', LISTENERS);

  title('try next');
  const coldstat = `npx coldstat -d ${db}`;
  const next = [
    [`${coldstat} netstat -antup`, 'what netstat would have said'],
    [`${coldstat} lsof -nP -i`, 'what lsof would have said'],
    [`${coldstat} triage`, 'what deserves suspicion, why, and what to do next'],
    [`${coldstat} report -o case.html`, 'one page to hand over'],
    [`${coldstat} ps --tree`, 'processes below their parents'],
    [`${coldstat} ledger`, 'every check, and every socket without a holder by reason'],
    [`${coldstat} query`, 'a prompt for SQL; .tables lists them'],
  ];
  const width = Math.max(...next.map(([command]) => command.length));
  for (const [command, what] of next) process.stdout.write(`  ${command.padEnd(width)}  # ${what}\n`);
  process.stdout.write(
    `\nThe archive and the case are in ${relative('', dir).startsWith('..') ? dir : relative('', dir)}; remove them when you are done.\n`,
  );
  return 0;
}

process.exitCode = main();
