// A QR code (ISO/IEC 18004) as an SVG path: bytes, error correction M, versions 1-12. Enough for an otpauth address of 280 bytes.

/** Per version, level M: codewords of correction a block, blocks of the first kind, data codewords in one, blocks of the second kind (one codeword more). */
const blocks: [ecc: number, n1: number, data: number, n2: number][] = [
  [10, 1, 16, 0], [16, 1, 28, 0], [26, 1, 44, 0], [18, 2, 32, 0], [24, 2, 43, 0], [16, 4, 27, 0],
  [18, 4, 31, 0], [22, 2, 38, 2], [22, 3, 36, 2], [26, 4, 43, 1], [30, 1, 50, 4], [22, 6, 36, 2],
]
const alignment = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54], [6, 32, 58]]

const exp = new Uint8Array(512)
const log = new Uint8Array(256)
for (let i = 0, x = 1; i < 255; i++) {
  exp[i] = exp[i + 255] = x
  log[x] = i
  x = x & 0x80 ? (x << 1) ^ 0x11d : x << 1
}

/** The remainder of data by the generator polynomial: the codewords of correction. */
function correction(data: Uint8Array, n: number): Uint8Array {
  let generator = [1]
  for (let i = 0; i < n; i++) {
    const next = [...generator, 0]
    generator.forEach((c, j) => (next[j + 1]! ^= c ? exp[log[c]! + i]! : 0))
    generator = next
  }
  const rest = new Uint8Array(n)
  for (const byte of data) {
    const factor = byte ^ rest[0]!
    rest.copyWithin(0, 1)
    rest[n - 1] = 0
    if (factor) for (let j = 0; j < n; j++) rest[j]! ^= generator[j + 1] ? exp[log[generator[j + 1]!]! + log[factor]!]! : 0
  }
  return rest
}

function codewords(bytes: Uint8Array, version: number): Uint8Array {
  const [ecc, n1, size, n2] = blocks[version - 1]!
  const room = n1 * size + n2 * (size + 1)
  const bits: number[] = []
  const put = (value: number, n: number): void => {
    for (let i = n - 1; i >= 0; i--) bits.push((value >> i) & 1)
  }
  put(4, 4)
  put(bytes.length, version < 10 ? 8 : 16)
  for (const b of bytes) put(b, 8)
  put(0, Math.min(4, room * 8 - bits.length))
  while (bits.length % 8) bits.push(0)
  const data = new Uint8Array(room)
  for (let i = 0; i < room; i++) data[i] = i * 8 < bits.length ? bits.slice(i * 8, i * 8 + 8).reduce((a, b) => a * 2 + b, 0) : (i - bits.length / 8) % 2 ? 0x11 : 0xec
  const parts: Uint8Array[] = []
  for (let i = 0, at = 0; i < n1 + n2; i++) {
    const length = i < n1 ? size : size + 1
    parts.push(data.slice(at, at + length))
    at += length
  }
  const out: number[] = []
  for (let i = 0; i <= size; i++) for (const p of parts) if (i < p.length) out.push(p[i]!)
  const checks = parts.map(p => correction(p, ecc))
  for (let i = 0; i < ecc; i++) for (const c of checks) out.push(c[i]!)
  return Uint8Array.from(out)
}

const masks: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, x => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

/** A BCH code: value followed by its remainder of n bits. */
function bch(value: number, n: number, polynomial: number): number {
  let rest = value << n
  for (let i = 31 - Math.clz32(rest); i >= n; i--) if ((rest >> i) & 1) rest ^= polynomial << (i - n)
  return (value << n) | rest
}

class Grid {
  readonly size: number
  readonly dark: Uint8Array
  readonly fixed: Uint8Array

  constructor(readonly version: number) {
    this.size = 17 + 4 * version
    this.dark = new Uint8Array(this.size * this.size)
    this.fixed = new Uint8Array(this.size * this.size)
    this.patterns()
  }

  at(x: number, y: number): number {
    return this.dark[y * this.size + x]!
  }

  private set(x: number, y: number, dark: boolean | number): void {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return
    this.dark[y * this.size + x] = dark ? 1 : 0
    this.fixed[y * this.size + x] = 1
  }

  private patterns(): void {
    const n = this.size
    for (let i = 0; i < n; i++) {
      this.set(6, i, i % 2 === 0)
      this.set(i, 6, i % 2 === 0)
    }
    for (const [cx, cy] of [[3, 3], [n - 4, 3], [3, n - 4]] as const)
      for (let dy = -4; dy <= 4; dy++)
        for (let dx = -4; dx <= 4; dx++) {
          const d = Math.max(Math.abs(dx), Math.abs(dy))
          this.set(cx + dx, cy + dy, d !== 2 && d !== 4)
        }
    const centres = alignment[this.version - 1]!
    const last = centres.length - 1
    centres.forEach((cy, j) => centres.forEach((cx, i) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) this.set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
    }))
    this.format(0)
    if (this.version >= 7) {
      const bits = bch(this.version, 12, 0x1f25)
      for (let i = 0; i < 18; i++) {
        const a = n - 11 + (i % 3)
        const b = Math.floor(i / 3)
        this.set(a, b, (bits >> i) & 1)
        this.set(b, a, (bits >> i) & 1)
      }
    }
  }

  /** format writes the level (M is 0) and the mask. */
  format(mask: number): void {
    const n = this.size
    const bits = bch(mask, 10, 0x537) ^ 0x5412
    const bit = (i: number): number => (bits >> i) & 1
    for (let i = 0; i <= 5; i++) this.set(8, i, bit(i))
    this.set(8, 7, bit(6))
    this.set(8, 8, bit(7))
    this.set(7, 8, bit(8))
    for (let i = 9; i < 15; i++) this.set(14 - i, 8, bit(i))
    for (let i = 0; i < 8; i++) this.set(n - 1 - i, 8, bit(i))
    for (let i = 8; i < 15; i++) this.set(8, n - 15 + i, bit(i))
    this.set(8, n - 8, 1)
  }

  fill(data: Uint8Array): void {
    let i = 0
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5
      for (let step = 0; step < this.size; step++) {
        const y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step
        for (const x of [right, right - 1]) {
          if (this.fixed[y * this.size + x]) continue
          this.dark[y * this.size + x] = i < data.length * 8 ? (data[i >> 3]! >> (7 - (i & 7))) & 1 : 0
          i++
        }
      }
    }
  }

  flip(mask: number): void {
    for (let y = 0; y < this.size; y++) for (let x = 0; x < this.size; x++) if (!this.fixed[y * this.size + x] && masks[mask]!(x, y)) this.dark[y * this.size + x]! ^= 1
  }

  /** penalty is how hard the grid is to read; the mask with the least is taken. */
  penalty(): number {
    const n = this.size
    let sum = 0
    let total = 0
    for (const turned of [false, true])
      for (let a = 0; a < n; a++) {
        let line = ''
        for (let b = 0; b < n; b++) line += turned ? this.at(a, b) : this.at(b, a)
        for (const run of line.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2
        for (const finder of ['10111010000', '00001011101']) for (let at = line.indexOf(finder); at >= 0; at = line.indexOf(finder, at + 1)) sum += 40
      }
    for (let y = 0; y < n; y++)
      for (let x = 0; x < n; x++) {
        const c = this.at(x, y)
        total += c
        if (x + 1 < n && y + 1 < n && c === this.at(x + 1, y) && c === this.at(x, y + 1) && c === this.at(x + 1, y + 1)) sum += 3
      }
    return sum + Math.floor(Math.abs((total * 100) / (n * n) - 50) / 5) * 10
  }
}

/** qr returns the side in modules, with the quiet zone, and the path of the dark ones. It throws when the text is too long. */
export function qr(text: string): {side: number; path: string} {
  const bytes = new TextEncoder().encode(text)
  const version = blocks.findIndex(([, n1, size, n2], i) => bytes.length + (i < 9 ? 2 : 3) <= n1 * size + n2 * (size + 1)) + 1
  if (version === 0) throw new RangeError('text too long for a QR code of version 12')
  const data = codewords(bytes, version)
  let best: Grid | undefined
  let least = Infinity
  for (let mask = 0; mask < 8; mask++) {
    const g = new Grid(version)
    g.fill(data)
    g.flip(mask)
    g.format(mask)
    const p = g.penalty()
    if (p < least) [best, least] = [g, p]
  }
  let path = ''
  for (let y = 0; y < best!.size; y++) for (let x = 0; x < best!.size; x++) if (best!.at(x, y)) path += `M${x + 4} ${y + 4}h1v1h-1z`
  return {side: best!.size + 8, path}
}
