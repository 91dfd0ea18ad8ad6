// epubpack.js IN OUT: pandoc's EPUB, with what pandoc 2.17 leaves out: one date
// for every file inside, so that the same book is the same bytes; each
// chapter's own title; what readers with assistive technology are told.
const fs = require('fs');
const zlib = require('zlib');

const accessibility = [
  ['accessMode', 'textual'], ['accessMode', 'visual'],
  ['accessModeSufficient', 'textual,visual'],
  ['accessibilityFeature', 'MathML'],
  ['accessibilityFeature', 'alternativeText'],
  ['accessibilityFeature', 'structuralNavigation'],
  ['accessibilityFeature', 'tableOfContents'],
  ['accessibilityHazard', 'none'],
  ['accessibilitySummary', 'Equations are MathML, listings are text, and ' +
    'figures have a description. A tick or a cross stands beside each colour.'],
].map(([name, text]) => `    <meta property="schema:${name}">${text}</meta>\n`)
  .join('');

// The files of a ZIP archive, as [name, bytes], in its order.
function unpack(zip) {
  const tail = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files = [];
  let at = zip.readUInt32LE(tail + 16);
  for (let i = zip.readUInt16LE(tail + 10); i > 0; i--) {
    const method = zip.readUInt16LE(at + 10), size = zip.readUInt32LE(at + 20);
    const end = at + 46 + zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, end);
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) +
      zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(from, from + size);
    files.push([name, method === 8 ? zlib.inflateRawSync(bytes) : bytes]);
    at = end + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

// The archive of those files, dated 1 January 1980; `mimetype` as it is.
function pack(files) {
  const parts = [], directory = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const stored = name === 'mimetype';
    const data = stored ? bytes : zlib.deflateRawSync(bytes, { level: 9 });
    const file = Buffer.from(name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(stored ? 0 : 8, 4);
    head.writeUInt16LE(0x21, 8);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(file.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\x03\x04'), head, file, data);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), head, rest, file);
    offset += 30 + file.length + data.length;
  }
  const table = Buffer.concat(directory), end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, table, end]);
}

function crc32(bytes) { // as ZIP has it; node 18 has none of its own
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

function improve([name, bytes]) {
  let text = bytes.toString();
  if (name.endsWith('content.opf')) {
    text = text.replace('  </metadata>', () => accessibility + '  </metadata>');
  } else if (/\/ch\d+\.xhtml$/.test(name)) {
    const title = text.match(/<h1[^>]*>([\s\S]*?)<\/h1>/)[1]
      .replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').trim();
    text = text.replace(/<title>.*?<\/title>/, () => `<title>${title}</title>`);
  } else {
    return [name, bytes];
  }
  return [name, Buffer.from(text)];
}

const [from, to] = process.argv.slice(2);
fs.writeFileSync(to, pack(unpack(fs.readFileSync(from)).map(improve)));
