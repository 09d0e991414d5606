import { FIRST_PID_NS, type Side, sameBoot } from './side.ts';

/**
 * Why two captures must not be compared, null when they may: they name processes of different pid namespaces, such as a container's and its host's, so
 * that every process of the one would be said to have gone from the other. Within one boot by number; across boots where one of them is the first namespace.
 */
export function incomparable(before: Side, after: Side): string | null {
  const [a, b] = [before.pidNs, after.pidNs];
  if (a === null || b === null || a === b) return null;
  if (!sameBoot(before, after) && a !== FIRST_PID_NS && b !== FIRST_PID_NS) return null;
  return `captures ${before.captureId} and ${after.captureId} ran in different pid namespaces (${a} and ${b}): a process bears another id in each, and one may not see those of the other`;
}

/** Told of at most so many sources by name. */
const NAMED = 5;

/** What makes the comparison say less than it seems to, each in a sentence that tells which statements; to be said before the changes. */
export function weaknesses(before: Side, after: Side): string[] {
  const refused = incomparable(before, after);
  return [
    ...(refused === null ? [] : [`${refused}; processes, their programs and descriptors say little`]),
    ...hosts(before, after),
    ...privileges(before, after),
    ...(sameBoot(before, after) ? [...namespaces(before, after), ...nameless(before), ...nameless(after)] : []),
    ...scope(before, after),
    ...[before, after].flatMap((side) => unread(side, side === before ? after : before)),
  ];
}

function differ(what: string, a: unknown, b: unknown, then: string): string[] {
  return a !== b && a !== null && b !== null ? [`${what} differ (${a} and ${b}): ${then}`] : [];
}

const BY_NAME = 'processes are matched by program and arguments, sockets by address; namespaces and descriptors are not compared';

function hosts(before: Side, after: Side): string[] {
  const notes: string[] = [];
  if (before.host instanceof Uint8Array || after.host instanceof Uint8Array || before.host !== after.host) {
    notes.push('the captures are of different hosts: everything that is named alike is compared as if it were one');
  } else if (before.machineId !== null && after.machineId !== null && String(before.machineId) !== String(after.machineId)) {
    notes.push('the hosts have one name and different machine ids: two hosts, or one installed anew; what is named alike is compared');
  }
  if (before.bootId === null || after.bootId === null) notes.push(`the boot is not known: ${BY_NAME}`);
  else if (!sameBoot(before, after)) notes.push(`the host was booted between them: ${BY_NAME}`);
  if (before.startedNs !== null && after.startedNs !== null && BigInt(before.startedNs) > BigInt(after.startedNs)) {
    notes.push('the first capture is the later one: added means that it went, removed that it came');
  }
  return notes;
}

function privileges(before: Side, after: Side): string[] {
  const then = 'programs, descriptors and owners of sockets that one could not see are unknown there, and no difference';
  return [
    ...differ('the users that captured', before.euid, after.euid, then),
    ...differ('the capabilities of the captures', before.caps, after.caps, then),
    ...differ('the numbers of sources refused', before.refused, after.refused, 'one saw more than the other'),
  ];
}

function namespaces(before: Side, after: Side): string[] {
  return [
    ...differ(
      'the network namespaces they ran in',
      before.netNs,
      after.netNs,
      'sockets and interfaces of one that is shown by one capture alone are told as added or removed where the other would have met it, routes are compared where both show it',
    ),
    ...differ(
      'the mount namespaces they ran in',
      before.mntNs,
      after.mntNs,
      'users, services and paths of files may be those of another root',
    ),
    ...differ('the user namespaces they ran in', before.userNs, after.userNs, 'user ids may be mapped: uid and euid of processes differ'),
  ];
}

/** As of one that ended while it was read. */
function nameless({ captureId, light, nameless: count }: Side): string[] {
  if (count === 0 || light === 1) return [];
  const what = count === 1 ? 'a process: it is' : `${count} processes: they are`;
  return [
    `capture ${captureId} knows neither program nor arguments of ${what} told as removed or added, and not as another one started again`,
  ];
}

function scope(before: Side, after: Side): string[] {
  const notes = [
    ...differ('what they were asked for', before.options, after.options, 'what one did not take is unknown there, and no difference'),
    ...differ('the kinds of evidence', before.kind, after.kind, 'what one does not hold is unknown there, and no difference'),
    ...differ('the trees they read', text(before.procRoot), text(after.procRoot), 'they may not be of one machine'),
  ];
  for (const { light, captureId } of [before, after]) {
    if (light === 1 && before.light !== after.light)
      notes.push(
        `capture ${captureId} is light: command lines, maps and the files of the host that it left out are unknown there, and no difference`,
      );
  }
  for (const side of [before, after]) {
    if (side.complete !== 1 && side.kind === 'coldstat') {
      notes.push(
        `capture ${side.captureId} is cut off: processes, namespaces and tables that it lacks may have been there, and are no difference`,
      );
    }
    if (side.exit === 'timeout' || side.exit === 'interrupted') {
      notes.push(`capture ${side.captureId} was stopped early (${side.exit}): processes and namespaces that it lacks are no difference`);
    }
  }
  return notes;
}

/** What this side did not read whole, so that what the other has in addition is not told. */
function unread({ captureId, seen, complete, kind }: Side, other: Side): string[] {
  const notes: string[] = [];
  const named = seen.notWhole.slice(0, NAMED).join(', ');
  const more = seen.notWhole.length > NAMED ? ` and ${seen.notWhole.length - NAMED} more` : '';
  if (named !== '') notes.push(`capture ${captureId} did not read ${named}${more} whole: what it lacks of them is no difference`);
  const ended = complete === 1 || kind !== 'coldstat';
  if (ended && !seen.processes && other.seen.processes) {
    notes.push(`capture ${captureId} did not see every process: those that it lacks are no difference`);
  }
  if (ended && !seen.allLinks && other.seen.allLinks) {
    notes.push(
      `capture ${captureId} could not ask every process for its namespaces: namespaces that it lacks, and what is in them, are no difference`,
    );
  }
  return notes;
}

function text(value: Side['procRoot']): string | null {
  return value === null ? null : String(value);
}
