/** What the manual pages say beside what the help says. */
export const MANUALS = {
  coldstat: {
    summary: 'netstat, lsof, ss and pfiles for a Linux host that is no longer in front of you',
    description: [
      'coldstat loads archives made by coldstat-capture(1), or trees and tars of /proc made by others, into one SQLite case file, and answers from it what netstat, lsof, ss, sockstat, pfiles and rpcinfo would have said on the host at that moment.',
      'It also says how complete the evidence is, who owns each socket or why nobody does, what changed between two captures, and from which byte of evidence each answer comes.',
      'The same archives give the same answers on every workstation: no clock, locale, time zone or name service of it is asked.',
    ],
    files: [
      ['./case.db', 'the case file, where neither -d nor COLDSTAT_DB names another'],
      ['COLDSTAT_DB', 'environment variable: path of the case file'],
    ],
    seeAlso: ['coldstat-capture(1)', 'netstat(8)', 'lsof(8)', 'ss(8)', 'rpcinfo(8)', 'proc(5)', 'age(1)'],
  },
  'coldstat-capture': {
    summary: 'copies the network and process evidence of a running Linux host into one archive',
    description: [
      'coldstat-capture reads the socket tables of /proc, the descriptors, links and command lines of all processes and the name files of /etc, and writes them as they are into one hashed archive, which coldstat(1) loads.',
      'It writes nothing but that archive, resolves no name, runs no program of the host, opens nothing that may hang, and limits every read in bytes and time. The socket tables are read first.',
    ],
    files: [['coldstat-HOST-TIME.tar.zst', 'the archive, where -o names no other; it is not overwritten']],
    seeAlso: ['coldstat(1)', 'proc(5)', 'age(1)'],
  },
};
