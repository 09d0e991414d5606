/** What is followed through the captures, in the order in which events of one time are told. */
export const ABOUT = ['process', 'listener', 'socket', 'unix', 'module'] as const;
type About = (typeof ABOUT)[number];

/** A row and where its capture stands in its run, in one number of which the smallest is the first sight: rows of a case have numbers below 2^40. */
const ROW_BITS = 40;
const ROW_MASK = 2 ** ROW_BITS - 1;
const first = (table: string): string => `min((m.pos << ${ROW_BITS}) | ${table}.rowid)`;
/** The largest is the last capture; of its rows the first again. */
const last = (table: string): string => `max((m.pos << ${ROW_BITS}) | (${ROW_MASK} - ${table}.rowid))`;

const of = (about: About): string => `m.about = ${ABOUT.indexOf(about)}`;
const LISTENS = "(s.state_raw = 10 OR (s.state_raw = 7 AND s.remote_port = 0 AND s.proto NOT LIKE 'tcp%'))";
const NOT_OWN = (inode: string): string => `(s.capture_id, ${inode}) NOT IN (SELECT capture_id, inode FROM own_inodes)`;

/**
 * `m`: for each thing to follow and each capture its place in the run, the interval of its look, the clock that starts are reckoned by; `lists` and `near`: which
 * captures would have shown a thing that they lack (runs.ts). The capture and its descendants are there because of it; UNION, not UNION ALL: parents may form a
 * circle.
 */
const BASE = `asked(json) AS MATERIALIZED (SELECT ?),
  m AS MATERIALIZED (SELECT value ->> 0 AS about, value ->> 1 AS capture_id, value ->> 2 AS run, value ->> 3 AS pos, value ->> 4 AS host,
    value ->> 5 AS started, value ->> 6 AS ended, value ->> 7 AS anchor, value ->> 8 AS ticks, value ->> 9 AS within, value ->> 10 AS silence
    FROM asked, json_each(asked.json, '$.moments')),
  lists AS MATERIALIZED (SELECT value ->> 0 AS run, value ->> 1 AS list, value ->> 2 AS silence FROM asked, json_each(asked.json, '$.lists')),
  near AS MATERIALIZED (SELECT value ->> 0 AS silence, value ->> 1 AS pos, value ->> 2 AS prior, value ->> 3 AS prior_started, value ->> 4 AS later,
    value ->> 5 AS later_ended FROM asked, json_each(asked.json, '$.near')),
  own(capture_id, pid) AS (SELECT capture_id, own_pid FROM captures WHERE own_pid IS NOT NULL
    UNION SELECT p.capture_id, p.pid FROM processes p JOIN own ON p.capture_id = own.capture_id AND p.parent = own.pid),
  own_inodes(capture_id, inode) AS MATERIALIZED (SELECT DISTINCT f.capture_id, f.socket_inode FROM fds f JOIN own USING (capture_id, pid) WHERE f.socket_inode > 0
    AND NOT EXISTS (SELECT 1 FROM fds g WHERE g.capture_id = f.capture_id AND g.socket_inode = f.socket_inode AND (g.capture_id, g.pid) NOT IN own))`;

/** `list`: the table of sockets that it stands in, as one text, for which SQLite makes an index; `silence` of what stands in none. */
const LIST = (file: string): string => `${file} || ' ' || coalesce(s.net_ns, 'null')`;

const LIVES = `lives(about, run, first, last, ticks, list, silence) AS (
    SELECT m.about, m.run, ${first('p')}, ${last('p')}, max(CASE WHEN typeof(p.start_ticks) = 'integer' THEN p.start_ticks END), NULL, m.silence
      FROM processes p JOIN m USING (capture_id)
      WHERE ${of('process')} AND p.start_ticks IS NOT NULL AND (p.capture_id, p.pid) NOT IN own GROUP BY m.run, p.pid, p.start_ticks
    UNION ALL SELECT m.about, m.run, ${first('s')}, ${last('s')}, NULL, ${LIST('s.proto')}, NULL FROM sockets_inet s JOIN m USING (capture_id)
      WHERE ${of('listener')} AND ${LISTENS} AND ${NOT_OWN('s.inode')} GROUP BY m.run, s.net_ns, s.proto, s.local_address, s.local_port, s.remote_address, s.inode
    UNION ALL SELECT m.about, m.run, ${first('s')}, ${last('s')}, NULL, ${LIST('s.proto')}, NULL FROM sockets_inet s JOIN m USING (capture_id)
      WHERE ${of('socket')} AND NOT ${LISTENS} AND ${NOT_OWN('s.inode')}
      GROUP BY m.run, s.net_ns, s.proto, s.local_port, s.remote_port, s.inode, s.local_address, s.remote_address
    UNION ALL SELECT m.about, m.run, ${first('s')}, ${last('s')}, NULL, ${LIST("'unix'")}, NULL FROM sockets_unix s JOIN m USING (capture_id)
      WHERE ${of('unix')} AND ${NOT_OWN('s.inode')} GROUP BY m.run, s.net_ns, s.inode, s.path
    UNION ALL SELECT m.about, m.run, ${first('s')}, ${last('s')}, NULL, NULL, m.silence FROM modules s JOIN m USING (capture_id)
      WHERE ${of('module')} GROUP BY m.run, s.name)`;

/** What the same process has now and had in the capture before it of which both are known. */
const CHANGED = ['path', 'cmdline', 'uid'].map(
  (field) => `SELECT m.about, m.capture_id, m.host, m.started, m.ended, p.rowid AS row, '${field}' AS field, p.${field} AS value,
      lag(p.rowid) OVER w AS other, lag(p.${field}) OVER w AS old, lag(m.started) OVER w AS prior_started, lag(m.capture_id) OVER w AS prior
    FROM processes p JOIN m USING (capture_id) WHERE ${of('process')} AND p.${field} IS NOT NULL AND p.start_ticks IS NOT NULL AND p.kernel_thread IS NOT 1
      AND (p.capture_id, p.pid) NOT IN own WINDOW w AS (PARTITION BY m.run, p.pid, p.start_ticks ORDER BY m.pos)`,
);

/** A listener of which the capture before shows another one at the same place that is seen no more. */
const REPLACED = `SELECT n.about, n.run, n.first, n.silence, o.last FROM seen n JOIN sockets_inet a ON a.rowid = n.first & ${ROW_MASK}
  JOIN doors o ON o.run = n.run AND o.net_ns IS a.net_ns AND o.proto = a.proto AND o.port = a.local_port AND o.address = a.local_address AND (o.last >> ${ROW_BITS}) < (n.first >> ${ROW_BITS})
  WHERE n.about = ${ABOUT.indexOf('listener')}`;

/** Of each life: the number of the kind of event, when it happened at the earliest and at the latest, and the row that shows it. */
const EVENTS = `seen AS MATERIALIZED (SELECT l.about, l.run, l.first, l.last, l.ticks, coalesce(l.silence, t.silence) AS silence, l.first >> ${ROW_BITS} AS first_pos, l.first & ${ROW_MASK} AS first_row, l.last >> ${ROW_BITS} AS last_pos, ${ROW_MASK} - (l.last & ${ROW_MASK}) AS last_row
    FROM lives l LEFT JOIN lists t ON t.run = l.run AND t.list = l.list),
  doors AS MATERIALIZED (SELECT l.run, l.last, s.net_ns, s.proto, s.local_address AS address, s.local_port AS port FROM seen l JOIN sockets_inet s ON s.rowid = l.last_row
    WHERE l.about = ${ABOUT.indexOf('listener')}),
  events(earliest, latest, host, kind, about, capture_id, neighbour, row, other, field) AS (
    SELECT a.anchor + (l.ticks / a.ticks) * 1000000000 + (l.ticks % a.ticks) * 1000000000 / a.ticks - a.within,
        a.anchor + ((l.ticks + 1) / a.ticks) * 1000000000 + ((l.ticks + 1) % a.ticks) * 1000000000 / a.ticks + a.within, a.host, 'process-start', l.about, a.capture_id, NULL, l.first_row, NULL, NULL
      FROM seen l JOIN m a ON a.about = l.about AND a.run = l.run AND a.pos = l.first_pos WHERE a.anchor IS NOT NULL AND l.ticks >= 0 AND l.ticks / a.ticks < 2000000000
    UNION ALL SELECT a.started, a.ended, a.host, 'first-sight', l.about, a.capture_id, NULL, l.first_row, NULL, NULL
      FROM seen l JOIN m a ON a.about = l.about AND a.run = l.run AND a.pos = l.first_pos
    UNION ALL SELECT b.prior_started, a.ended, a.host, 'appeared', l.about, a.capture_id, b.prior, l.first_row, NULL, NULL
      FROM seen l JOIN m a ON a.about = l.about AND a.run = l.run AND a.pos = l.first_pos JOIN near b ON b.silence = l.silence AND b.pos = l.first_pos WHERE b.prior IS NOT NULL
    UNION ALL SELECT a.started, a.ended, a.host, 'last-sight', l.about, a.capture_id, NULL, l.last_row, NULL, NULL
      FROM seen l JOIN m a ON a.about = l.about AND a.run = l.run AND a.pos = l.last_pos
    UNION ALL SELECT a.started, b.later_ended, a.host, 'gone', l.about, a.capture_id, b.later, l.last_row, NULL, NULL
      FROM seen l JOIN m a ON a.about = l.about AND a.run = l.run AND a.pos = l.last_pos JOIN near b ON b.silence = l.silence AND b.pos = l.last_pos WHERE b.later IS NOT NULL
    UNION ALL SELECT prior_started, ended, host, 'changed', about, capture_id, prior, row, other, field FROM (${CHANGED.join(' UNION ALL ')}) WHERE value IS NOT old AND prior IS NOT NULL
    UNION ALL SELECT b.started, a.ended, a.host, 'replaced', r.about, a.capture_id, b.capture_id, r.first & ${ROW_MASK}, max(${ROW_MASK} - (r.last & ${ROW_MASK})), NULL
      FROM (${REPLACED}) r JOIN m a ON a.about = r.about AND a.run = r.run AND a.pos = r.first >> ${ROW_BITS}
        JOIN near p ON p.silence = r.silence AND p.pos = a.pos JOIN m b ON b.about = r.about AND b.run = r.run AND b.pos = r.last >> ${ROW_BITS}
      WHERE b.capture_id = p.prior GROUP BY r.about, r.run, r.first
  )`;

/** Sorted as numbers alone, and only then with their texts: a case may have millions. What has no beginning is sorted by its end, what has neither comes last. */
const SORTED = `sorted AS (SELECT * FROM events ORDER BY coalesce(earliest, latest) IS NULL, coalesce(earliest, latest), coalesce(latest, earliest), host, kind, about, capture_id, row, field LIMIT -1)`;

/** Every event, in order, with the texts of its rows; `+` has the holder looked up by its inode, not among all descriptors in order of pid. One parameter: the moments as JSON. */
export const TIMELINE: string = `WITH RECURSIVE ${BASE}, ${LIVES}, ${EVENTS}, ${SORTED}
  SELECT e.earliest, e.latest, e.host, e.kind, e.about, e.capture_id AS captureId, e.neighbour, e.field,
    coalesce(p.pid, (SELECT min(+f.pid) FROM fds f WHERE f.capture_id = e.capture_id AND f.socket_inode = coalesce(s.inode, u.inode) AND f.socket_inode > 0)) AS pid,
    CASE e.about WHEN 0 THEN coalesce(p.cmdline, p.name) WHEN 3 THEN u.path WHEN 4 THEN d.name
      WHEN 1 THEN s.proto || ' ' || s.local_address || ':' || s.local_port
      ELSE s.proto || ' ' || s.local_address || ':' || s.local_port || ' - ' || s.remote_address || ':' || s.remote_port END AS what,
    CASE e.field WHEN 'path' THEN q.path WHEN 'cmdline' THEN q.cmdline WHEN 'uid' THEN q.uid ELSE 'inode ' || o.inode END AS old,
    CASE e.field WHEN 'path' THEN p.path WHEN 'cmdline' THEN p.cmdline WHEN 'uid' THEN p.uid ELSE 'inode ' || s.inode END AS now, p.name AS name, u.inode AS inode,
    coalesce(p.source_id, s.source_id, u.source_id, d.source_id) AS source_id, coalesce(p.line, s.line, u.line, d.line) AS line
  FROM sorted e LEFT JOIN processes p ON e.about = 0 AND p.rowid = e.row LEFT JOIN processes q ON e.about = 0 AND q.rowid = e.other
    LEFT JOIN sockets_inet s ON e.about IN (1, 2) AND s.rowid = e.row LEFT JOIN sockets_inet o ON e.about = 1 AND o.rowid = e.other
    LEFT JOIN sockets_unix u ON e.about = 3 AND u.rowid = e.row LEFT JOIN modules d ON e.about = 4 AND d.rowid = e.row`;
