import type { Owners } from '../tool.ts';
import type { Sock } from './sock.ts';

/**
 * The class of a socket's holders. Reasons are found for rows of /proc; a socket of the kernel's dump is looked up there by its inode, or by its
 * addresses where it has none. Null when only the dump shows it and no descriptor holds it.
 */
export function whyOf(sock: Sock, owners: Owners): string | null {
  if (sock.diag === undefined) return owners.classOf(sock);
  const place = sock.diag.procRow();
  if (place !== undefined) return owners.classOf({ inode: sock.inode, ...place });
  return sock.diag.held() ? owners.classOf({ inode: sock.inode, sourceId: null, line: null }) : null;
}
