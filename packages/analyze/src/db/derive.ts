import type Database from 'better-sqlite3';

/** What follows from several bodies together, each a statement over the rows of one capture (`:c`). */
const STATEMENTS: readonly string[] = [
  // mountinfo may come before the links that tell the namespace.
  `UPDATE mounts SET mnt_ns = (SELECT p.mnt_ns FROM processes p WHERE p.capture_id = :c AND p.pid = mounts.pid)
   WHERE capture_id = :c AND mnt_ns IS NULL AND pid IS NOT NULL`,
  // A file in the root directory may be called "memfd:x (deleted)"; a real memfd is on a mount that no mountinfo shows.
  `UPDATE fds SET kind = 'file'
   WHERE capture_id = :c AND kind = 'memfd' AND EXISTS (
     SELECT 1 FROM processes p JOIN mounts m ON m.capture_id = :c AND m.mnt_ns = p.mnt_ns AND m.mnt_id = fds.mnt_id
     WHERE p.capture_id = :c AND p.pid = fds.pid)`,
  `INSERT INTO namespaces (capture_id, kind, inode, processes, pinned_by)
   SELECT DISTINCT :c, substr(target, 1, instr(target, ':') - 1), ino, 0, 'fd' FROM fds
   WHERE capture_id = :c AND kind = 'namespace' ON CONFLICT DO NOTHING`,
  // nsfs prints "net:[4026532000]" as the root of such a mount (ns_dname in fs/nsfs.c).
  `INSERT INTO namespaces (capture_id, kind, inode, processes, pinned_by)
   SELECT DISTINCT :c, substr(root, 1, instr(root, ':') - 1), CAST(trim(substr(root, instr(root, ':') + 1), '[]') AS INTEGER), 0, 'mount'
   FROM mounts WHERE capture_id = :c AND fstype = 'nsfs' AND typeof(root) = 'text'
   AND root GLOB '[a-z]*:[[][0-9]*]' ON CONFLICT DO NOTHING`,
  `UPDATE namespaces SET own = namespaces.inode = CAST(json_extract(c.header, '$.self.namespaces.' || namespaces.kind) AS INTEGER)
   FROM captures c WHERE c.capture_id = :c AND namespaces.capture_id = :c AND json_valid(c.header)`,
  `UPDATE namespaces SET tables = inode IN (
     SELECT net_ns FROM sources WHERE capture_id = :c AND net_ns IS NOT NULL AND sha256 IS NOT NULL AND path LIKE '%/net/%')
   WHERE capture_id = :c AND kind = 'net'`,
];

export function derive(db: Database.Database, captureId: number): void {
  for (const sql of STATEMENTS) db.prepare(sql).run({ c: captureId });
}
