import type { ToolContext } from './tool.ts';

/** Whether the host ran SELinux: its file system is mounted somewhere (libselinux, is_selinux_enabled). */
export function hasSelinux({ db, captureId }: Pick<ToolContext, 'db' | 'captureId'>): boolean {
  return db.get("SELECT 1 AS one FROM mounts WHERE capture_id = ? AND fstype = 'selinuxfs' LIMIT 1", captureId) !== undefined;
}
