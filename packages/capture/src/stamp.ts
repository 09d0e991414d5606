const DAY = 86_400_000;

/** UTC in basic ISO form, `20261121T134600Z`, of milliseconds since 1970. By hand: a Date makes the runtime read the time zone of the host. */
export function stamp(ms: number): string {
  const rest = Math.floor((((ms % DAY) + DAY) % DAY) / 1000);
  // Days to a date of the proleptic Gregorian calendar, in years that begin in March and eras of 400 of them.
  const day = Math.floor(ms / DAY) + 719_468;
  const era = Math.floor(day / 146_097);
  const ofEra = day - era * 146_097;
  const year = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${year + era * 400 + (month <= 2 ? 1 : 0)}${two(month)}${two(ofYear - Math.floor((153 * march + 2) / 5) + 1)}`;
  return `${date}T${two(Math.floor(rest / 3600))}${two(Math.floor(rest / 60) % 60)}${two(rest % 60)}Z`;
}
