/** One tar header block, by default as the format wants it; every field can be spoilt. */
export interface BlockOptions {
  readonly type?: string;
  /** Raw bytes of the size field, 12 of them. */
  readonly sizeField?: Buffer;
  readonly link?: string;
  readonly prefix?: string;
  readonly magic?: string;
  readonly mode?: number;
  readonly mtime?: number;
  readonly badChecksum?: boolean;
}

export function tarBlock(name: string, size: number, o: BlockOptions = {}): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 100, 'latin1');
  block.write((o.mode ?? 0o444).toString(8).padStart(7, '0'), 100);
  block.write('0000000', 108);
  block.write('0000000', 116);
  if (o.sizeField) o.sizeField.copy(block, 124);
  else block.write(size.toString(8).padStart(11, '0'), 124);
  block.write((o.mtime ?? 0).toString(8).padStart(11, '0'), 136);
  block.write('        ', 148);
  block.write(o.type ?? '0', 156, 'latin1');
  block.write(o.link ?? '', 157, 100, 'latin1');
  block.write(o.magic ?? 'ustar\x0000', 257, 'latin1');
  block.write(o.prefix ?? '', 345, 155, 'latin1');
  const sum = block.reduce((a, b) => a + b, 0) + (o.badChecksum === true ? 1 : 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Header, body and padding. */
export function tarEntry(name: string, body: string | Buffer, o: BlockOptions = {}): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([tarBlock(name, bytes.length, o), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export const END: Buffer = Buffer.alloc(1024);
